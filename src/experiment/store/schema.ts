/** "ccdk" in ASCII: how `file` and we tell our databases from others. */
export const applicationId = 0x63_63_64_6b

/** Of the tables below. It grows when a column changes its meaning or goes away. */
export const schemaVersion = 2

/** What `.schema` of sqlite3 shows, comments and all. Times are ns since the trial's traffic began, unless said. */
export const tables = `
CREATE TABLE experiment (
  -- One row: what was asked for.
  name TEXT NOT NULL,
  target TEXT NOT NULL,          -- kernel or simulator
  seed INTEGER NOT NULL,
  spec_file TEXT NOT NULL,       -- beside this database
  spec TEXT NOT NULL             -- as it was given, word for word
) STRICT;

CREATE TABLE arms (
  arm TEXT PRIMARY KEY,
  position INTEGER NOT NULL,     -- the first is the baseline
  cc TEXT NOT NULL,              -- as the spec names it
  object TEXT,                   -- beside this database; NULL: it was there already
  sha256 TEXT                    -- of the object
) STRICT;

CREATE TABLE scenarios (
  scenario INTEGER PRIMARY KEY,
  name TEXT NOT NULL,            -- what sets it apart from the others
  path TEXT NOT NULL             -- JSON: all of the path, defaults too
) STRICT;

CREATE TABLE runs (
  -- One for each call that ran trials: the first, and each that resumed.
  run INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,      -- ISO 8601
  ccdk TEXT NOT NULL,            -- its version
  kernel TEXT NOT NULL,
  machine TEXT NOT NULL,
  hashes TEXT NOT NULL,          -- JSON: SHA-256 of what was used, by name
  isolation TEXT NOT NULL        -- JSON: [{ check, found, ok }]
) STRICT;

CREATE TABLE certificates (
  -- What the emulator's path was measured to be, before a scenario's first trial in that run.
  run INTEGER NOT NULL REFERENCES runs,
  scenario INTEGER NOT NULL REFERENCES scenarios,
  verdict TEXT NOT NULL,         -- ok, off or disturbed
  certificate TEXT NOT NULL,     -- JSON: finding by finding
  PRIMARY KEY (run, scenario)
) STRICT, WITHOUT ROWID;

CREATE TABLE trials (
  -- The plan, and what became of it: started_at is NULL for one that did not run yet.
  trial INTEGER PRIMARY KEY,     -- its place in the running order, from 0
  scenario INTEGER NOT NULL REFERENCES scenarios,
  design TEXT NOT NULL,          -- alone: one arm has the link to itself; mixed: all share it
  block INTEGER NOT NULL,        -- trials of one block have the same seed and are compared with each other
  arm TEXT REFERENCES arms,      -- NULL in a mixed trial
  seed INTEGER NOT NULL,
  run INTEGER REFERENCES runs,
  started_at TEXT,               -- ISO 8601, by the wall clock
  seconds REAL,
  valid INTEGER,                 -- 1, or 0: not compared, for these reasons
  reasons TEXT,                  -- JSON: texts
  cpu_busy REAL,                 -- shares of all cores, 0 to 1
  cpu_steal REAL,
  acks_unread INTEGER            -- ACKs that are not in the table acks; NULL: none were asked for
) STRICT;

CREATE TABLE discarded (
  -- Trials that were not valid and were run again. Their data are gone.
  trial INTEGER NOT NULL REFERENCES trials,
  started_at TEXT NOT NULL,
  reasons TEXT NOT NULL          -- JSON: texts
) STRICT;

CREATE TABLE metrics (
  trial INTEGER NOT NULL REFERENCES trials,
  arm TEXT NOT NULL,
  metric TEXT NOT NULL,          -- a name of docs/metrics.md
  value REAL,                    -- NULL: there was nothing to measure it by
  PRIMARY KEY (trial, arm, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE flows (
  trial INTEGER NOT NULL REFERENCES trials,
  flow INTEGER NOT NULL,         -- a piece of work of one connection, from 0
  workload INTEGER NOT NULL,     -- item of the spec's workload, from 0
  connection INTEGER NOT NULL,   -- of that item, from 0
  kind TEXT NOT NULL,            -- bulk, shortFlows, ...
  arm TEXT NOT NULL,             -- '': traffic in the background
  cc TEXT NOT NULL,              -- the name that the kernel knew
  family TEXT NOT NULL,          -- ipv4 or ipv6
  direction TEXT NOT NULL,       -- forward: from the client to the server
  client INTEGER NOT NULL,
  server INTEGER NOT NULL,
  local_port INTEGER NOT NULL,
  remote_port INTEGER NOT NULL,
  planned_ns INTEGER NOT NULL,
  start_ns INTEGER NOT NULL,
  end_ns INTEGER,                -- NULL: it did not finish
  bytes INTEGER NOT NULL,        -- that the receiver's application has read
  asked INTEGER,                 -- bytes to send; NULL: as many as get through
  ecn INTEGER NOT NULL,          -- 0 or 1
  retransmits INTEGER NOT NULL,  -- segments
  error TEXT,
  PRIMARY KEY (trial, flow)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples (
  -- The kernel's tcp_info of one socket at one time.
  trial INTEGER NOT NULL REFERENCES trials,
  sample INTEGER NOT NULL,
  time_ns INTEGER NOT NULL,
  flow INTEGER NOT NULL,         -- the first one of the connection
  cwnd INTEGER NOT NULL,         -- packets
  ssthresh INTEGER NOT NULL,     -- packets; 2147483647: none yet
  srtt_us INTEGER NOT NULL,
  rttvar_us INTEGER NOT NULL,
  min_rtt_us INTEGER NOT NULL,
  pacing_rate REAL NOT NULL,     -- bytes/s
  delivery_rate REAL NOT NULL,   -- bytes/s
  inflight INTEGER NOT NULL,     -- packets
  retransmits INTEGER NOT NULL,  -- segments so far
  ca_state INTEGER NOT NULL,     -- 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss
  bytes_acked INTEGER NOT NULL,  -- so far
  PRIMARY KEY (trial, sample)
) STRICT, WITHOUT ROWID;

CREATE TABLE acks (
  -- A sending socket whenever a segment came in for it, before TCP looked at that.
  trial INTEGER NOT NULL REFERENCES trials,
  ack INTEGER NOT NULL,
  time_ns INTEGER NOT NULL,
  flow INTEGER NOT NULL,         -- the first one of the connection
  cwnd INTEGER NOT NULL,         -- packets
  ssthresh INTEGER NOT NULL,     -- packets; 2147483647: none yet
  srtt_us INTEGER NOT NULL,
  rttvar_us INTEGER NOT NULL,
  min_rtt_us INTEGER NOT NULL,
  pacing_rate REAL NOT NULL,     -- bytes/s
  delivery_rate REAL NOT NULL,   -- bytes/s
  inflight INTEGER NOT NULL,     -- packets
  retransmits INTEGER NOT NULL,  -- segments so far
  ca_state INTEGER NOT NULL,     -- 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss
  bytes_acked INTEGER NOT NULL,  -- so far
  delivered INTEGER NOT NULL,    -- segments so far
  delivered_ce INTEGER NOT NULL, -- of those, marked
  lost INTEGER NOT NULL,         -- segments so far
  PRIMARY KEY (trial, ack)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
  -- The bottleneck's queue, a row for each bucket of time.
  trial INTEGER NOT NULL REFERENCES trials,
  bucket INTEGER NOT NULL,
  time_ns INTEGER NOT NULL,      -- when the bucket begins
  packets INTEGER NOT NULL,
  bytes REAL NOT NULL,
  delay_ns REAL NOT NULL,
  drops INTEGER NOT NULL,        -- in this bucket
  marks INTEGER NOT NULL,        -- in this bucket
  PRIMARY KEY (trial, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE programs (
  -- What the members of a BPF algorithm took in a trial.
  trial INTEGER NOT NULL REFERENCES trials,
  arm TEXT NOT NULL,
  member TEXT NOT NULL,          -- of struct tcp_congestion_ops
  runs INTEGER NOT NULL,
  ns INTEGER NOT NULL,           -- of all runs
  PRIMARY KEY (trial, arm, member)
) STRICT, WITHOUT ROWID;
`
