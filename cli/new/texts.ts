/** The page that lies beside a new algorithm. */
export const readme = (name: string, template: string, tunable: readonly string[]): string => `# ${name}

A TCP congestion control for Linux, begun from ccdk's \`${template}\`.

\`\`\`sh
ccdk build ${name}.bpf.c            # clang 14 or later makes ${name}.bpf.o
ccdk check ${name}.bpf.o            # does it fit this kernel? needs no privilege
sudo ccdk register ${name}.bpf.o    # there for every connection that asks for it, until Ctrl-C
sudo ccdk show ${name}              # its state and its programs, from another terminal
sudo ccdk dev ${name}.bpf.c         # all of it on every save
\`\`\`

A program chooses it with \`setsockopt(TCP_CONGESTION)\`, iperf3 with \`-C ${name}\`. The default of the machine stays what
it was.

What can be tuned, before it is loaded: ${tunable.length === 0 ? 'nothing yet' : tunable.map((word) => `\`${word}\``).join(', ')}.

\`ab.yaml\` compares it with CUBIC: the first experiment to run, and the one to change.
`

/** A first experiment: the new algorithm against what everybody has. */
export const abSpec = (name: string): string => `# ${name} against CUBIC on one path. Each block runs both arms under one seed, in random order.
name: ${name}-against-cubic
arms:
  A: { cc: cubic }
  B: { cc: ${name}, object: ${name}.bpf.o }
path: { rate: 100mbit, rtt: 40ms, queue: { limit: 1bdp } }
workload: [{ bulk: { flows: 2, seconds: 10 } }]
blocks: 8
# alone: each arm has the link to itself. mixed: both share it, and what one gains may be what the other loses.
designs: [alone, mixed]
gates: [ "B.goodput > 0.95 * A.goodput", "B.rtt.p95 < 1.1 * A.rtt.p95" ]
`
