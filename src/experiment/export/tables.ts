/** What every row of what a trial has measured begins with, so that nobody has to join tables. */
const context = 'trials.trial, trials.scenario, scenarios.name AS scenario_name, trials.design, trials.block'
const joined = (table: string): string =>
  `${table} JOIN trials ON trials.trial = ${table}.trial JOIN scenarios ON scenarios.scenario = trials.scenario`

const flowColumns =
  'workload, connection, kind, flows.arm, cc, family, direction, client, server, local_port, remote_port, planned_ns, start_ns, end_ns, bytes, asked, ecn, retransmits, error'
const sampleColumns =
  'time_ns, samples.flow, flows.arm, flows.cc, cwnd, ssthresh, srtt_us, rttvar_us, min_rtt_us, pacing_rate, delivery_rate, inflight, samples.retransmits, ca_state, bytes_acked'

const ackColumns = `${sampleColumns.replaceAll('samples.', 'acks.')}, delivered, delivered_ce, lost`

/** A statement for each table that is exported. But for `trials`, they have rows of valid trials only. */
export const exportTables = {
  trials: `SELECT trial, trials.scenario, scenarios.name AS scenario_name, design, block, arm, seed, run, started_at, seconds, valid, reasons, cpu_busy, cpu_steal, acks_unread
    FROM trials JOIN scenarios ON scenarios.scenario = trials.scenario WHERE valid IS NOT NULL ORDER BY trial`,
  metrics: `SELECT ${context}, metrics.arm, metric, value FROM ${joined('metrics')} WHERE valid ORDER BY trials.trial, metrics.arm, metric`,
  flows: `SELECT ${context}, flow, ${flowColumns} FROM ${joined('flows')} WHERE valid ORDER BY trials.trial, flow`,
  samples: `SELECT ${context}, ${sampleColumns} FROM ${joined('samples')}
    LEFT JOIN flows ON flows.trial = samples.trial AND flows.flow = samples.flow WHERE valid ORDER BY trials.trial, sample`,
  acks: `SELECT ${context}, ${ackColumns} FROM ${joined('acks')}
    LEFT JOIN flows ON flows.trial = acks.trial AND flows.flow = acks.flow WHERE valid ORDER BY trials.trial, ack`,
  queue: `SELECT ${context}, trials.arm, time_ns, packets, queue.bytes, delay_ns, drops, marks FROM ${joined('queue')} WHERE valid ORDER BY trials.trial, bucket`,
  programs: `SELECT ${context}, programs.arm, member, runs, ns FROM ${joined('programs')} WHERE valid ORDER BY trials.trial, programs.arm, member`,
} as const

export type ExportTable = keyof typeof exportTables

export const isExportTable = (name: string): name is ExportTable => Object.hasOwn(exportTables, name)
