import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { buildSelftests } from './selftests.ts'

/** A case of the kernel's test core_reloc. */
export interface CoreRelocCase {
  name: string
  /** The object, as a path. */
  object: string
  /** The file whose types it is relocated against; null for the running kernel's. */
  types: string | null
  /** What the program finds, and what it must answer. */
  input: Uint8Array
  output: Uint8Array
  fails: boolean
  program: string
}

/** What the kernel's test is built on, as far as its table of cases needs it. */
const harness = `
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <bpf/libbpf.h>
typedef __u64 u64;
typedef __s64 s64;
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define CHECK(condition, ...) (condition)
#define CHECK_FAIL(condition) (condition)
#define ASSERT_OK(value, name) ((value) == 0)
#define ASSERT_OK_PTR(value, name) ((value) != NULL)
#define ASSERT_FALSE(value, name) (!(value))
#define ASSERT_GE(left, right, name) ((left) >= (right))
struct { bool has_testmod; } env;
static inline bool test__start_subtest(const char *name) { return true; }
static inline void test__skip(void) {}
static inline int trigger_module_test_read(int size) { return 0; }
static inline int sys_gettid(void) { return 0; }
`

/** Prints the table, a case a line. Some cases fill in at run time what they expect. */
const printer = `
#include "prog_tests/core_reloc.c"
static void hex(const char *bytes, int size)
{
	for (int i = 0; i < size; i++)
		printf("%02x", (unsigned char)bytes[i]);
	printf("\\t");
}
int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(test_cases); i++) {
		struct core_reloc_test_case *c = &test_cases[i];
		if (c->needs_testmod)
			continue;
		if (c->setup && c->setup(c))
			return 1;
		printf("%s\\t%s\\t%s\\t%d\\t%s\\t", c->case_name, c->bpf_obj_file, c->btf_src_file ? c->btf_src_file : "",
		       c->fails, c->prog_name);
		hex(c->input, c->input_len);
		hex(c->output, c->output_len);
		printf("\\n");
	}
}
`

/**
 * The cases of the kernel's prog_tests/core_reloc.c: its table is compiled and asked. Those of a test module are left out.
 * The needs of `buildSelftests` have to be named.
 */
export async function coreRelocCases(): Promise<CoreRelocCase[]> {
  const { source, objects } = await buildSelftests()
  const directory = dirname(objects[0] ?? '')
  const building = await mkdtemp(join(directory, 'cases-'))
  try {
    await writeFile(join(building, 'test_progs.h'), harness)
    await writeFile(join(building, 'cases.c'), printer)
    const includes = [building, join(source, 'tools/testing/selftests/bpf')].map((path) => `-I${path}`)
    const program = join(building, 'cases')
    await execa('clang-19', ['-w', ...includes, join(building, 'cases.c'), '-lbpf', '-o', program])
    const { stdout } = await execa(program, { cwd: directory })
    return stdout.split('\n').map((line) => caseOf(line, directory))
  } finally {
    await rm(building, { recursive: true })
  }
}

function caseOf(line: string, directory: string): CoreRelocCase {
  const [name = '', object = '', types = '', fails, program = '', input = '', output = ''] = line.split('\t')
  return {
    name,
    object: join(directory, object),
    types: types === '' ? null : join(directory, types),
    input: Buffer.from(input, 'hex'),
    output: Buffer.from(output, 'hex'),
    fails: fails === '1',
    program,
  }
}
