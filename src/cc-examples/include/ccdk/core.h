/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CO-RE: questions about the running kernel's types that the loader answers before the program is loaded.
 *
 * A struct declared with __core carries no layout of its own: every access to one of its fields is recorded by name,
 * and the loader writes the offset of that field in the running kernel into the instruction. So such a struct lists
 * only the fields that are used, in any order.
 */
#ifndef CCDK_CORE_H
#define CCDK_CORE_H

#include "types.h"

#define __core __attribute__((preserve_access_index))

/*
 * A member of a struct_ops variable that a kernel may lack: there it is left out, with its program, instead of the whole
 * object being refused. The first stands behind a member in a struct of one's own, the second behind a variable of a
 * struct that others declared, with the members' names:
 *
 *	SEC(".struct_ops")
 *	struct tcp_congestion_ops my_cc ccdk_optional_members("cwnd_event_tx_start, min_tso_segs") = { ... };
 */
#define ccdk_optional __attribute__((btf_decl_tag("ccdk:optional")))
#define ccdk_optional_members(names) __attribute__((btf_decl_tag("ccdk:optional=" names)))

/* The numbers are part of the object format (the kind field of struct bpf_core_relo). */
enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET = 0,
	BPF_FIELD_BYTE_SIZE = 1,
	BPF_FIELD_EXISTS = 2,
	BPF_FIELD_SIGNED = 3,
	BPF_FIELD_LSHIFT_U64 = 4,
	BPF_FIELD_RSHIFT_U64 = 5,
};

enum bpf_type_id_kind {
	BPF_TYPE_ID_LOCAL = 0,
	BPF_TYPE_ID_TARGET = 1,
};

enum bpf_type_info_kind {
	BPF_TYPE_EXISTS = 0,
	BPF_TYPE_SIZE = 1,
	BPF_TYPE_MATCHES = 2,
};

enum bpf_enum_value_kind {
	BPF_ENUMVAL_EXISTS = 0,
	BPF_ENUMVAL_VALUE = 1,
};

/* field is an access, such as tp->snd_cwnd; the pointer in it is never followed. */
#define bpf_core_field_exists(field) __builtin_preserve_field_info(field, BPF_FIELD_EXISTS)
#define bpf_core_field_size(field) __builtin_preserve_field_info(field, BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(field) __builtin_preserve_field_info(field, BPF_FIELD_BYTE_OFFSET)
#define bpf_core_field_signed(field) __builtin_preserve_field_info(field, BPF_FIELD_SIGNED)

#define bpf_core_type_exists(type) __builtin_preserve_type_info(*(type *)0, BPF_TYPE_EXISTS)
#define bpf_core_type_size(type) __builtin_preserve_type_info(*(type *)0, BPF_TYPE_SIZE)
#define bpf_core_type_matches(type) __builtin_preserve_type_info(*(type *)0, BPF_TYPE_MATCHES)
#define bpf_core_type_id_local(type) __builtin_btf_type_id(*(type *)0, BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(*(type *)0, BPF_TYPE_ID_TARGET)

/* The compiler wants the enumerator itself here, and does not look through a parenthesis. */
#define bpf_core_enum_value_exists(type, value) __builtin_preserve_enum_value(*(type *)value, BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(type *)value, BPF_ENUMVAL_VALUE)

/*
 * A bitfield read as a plain member has this object's shift and mask compiled in, and a kernel that moved the field
 * inside its byte answers with another field's bits. This reads the bytes around it where the kernel has them, and
 * shifts by what the loader found. Only one of the four loads is left after the loader has written byte size.
 */
#define bpf_core_read_bitfield(ptr, field)                                                                             \
	({                                                                                                             \
		const void *at_ = (const void *)(ptr) + bpf_core_field_offset((ptr)->field);                           \
		u64 bits_ = 0;                                                                                         \
                                                                                                                       \
		switch (bpf_core_field_size((ptr)->field)) {                                                           \
		case 1:                                                                                                \
			bits_ = *(const u8 *)at_;                                                                      \
			break;                                                                                         \
		case 2:                                                                                                \
			bits_ = *(const u16 *)at_;                                                                     \
			break;                                                                                         \
		case 4:                                                                                                \
			bits_ = *(const u32 *)at_;                                                                     \
			break;                                                                                         \
		case 8:                                                                                                \
			bits_ = *(const u64 *)at_;                                                                     \
			break;                                                                                         \
		}                                                                                                      \
		bits_ <<= __builtin_preserve_field_info((ptr)->field, BPF_FIELD_LSHIFT_U64);                           \
		bits_ >>= __builtin_preserve_field_info((ptr)->field, BPF_FIELD_RSHIFT_U64);                           \
		bits_;                                                                                                 \
	})

#endif
