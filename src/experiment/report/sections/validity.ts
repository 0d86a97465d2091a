import type { StoredCertificate } from '../../store/experiment.ts'
import type { ExperimentStore } from '../../store/store.ts'
import { digits, figure, minute, plural, range } from '../format.ts'
import { html, type Html, table } from '../markup.ts'
import { designWords } from '../places.ts'

/** Whether the figures can be relied on: trials that do not count, the emulator, the machine. */
export function validitySection(store: ExperimentStore): Html {
  return html`<section id="validity">
<h2>Validity and isolation</h2>
${invalidTrials(store)}
${brokenFlowsTable(store)}
${store.runs().map(({ startedAt, isolation }, index) =>
  table(
    [{ title: 'Check' }, { title: 'Found' }, { title: '' }],
    isolation.map(({ check, found, ok }) => [check, found, okCell(ok)]),
    `Isolation, checked ${minute(startedAt)}${index === 0 ? '' : ' when the experiment was resumed'}`,
  ),
)}
${store.certificates().map((certificate) => certificateTable(certificate, store.experiment.scenarios[certificate.scenario]?.name ?? ''))}
${processorTable(store)}
${programsTable(store)}
</section>
`
}

const okCell = (isOk: boolean): Html => (isOk ? html`<span class="verdict better">ok</span>` : html`<span class="verdict worse">attention</span>`)

function invalidTrials(store: ExperimentStore): Html {
  const rows = store.rows(`
    SELECT trial, started_at, reasons, scenario, design, block, arm, 'left out' AS fate FROM trials WHERE valid = 0
    UNION ALL
    SELECT trial, discarded.started_at, discarded.reasons, scenario, design, block, arm, 'run again' FROM discarded JOIN trials USING (trial)
    ORDER BY trial`)
  if (rows.length === 0) return html`<p>Every trial that ran was valid.</p>`
  const cells = rows.map(({ trial, started_at, reasons, scenario, design, block, arm, fate }) => [
    Number(trial),
    store.experiment.scenarios[Number(scenario)]?.name || 'all',
    designWords(design === 'mixed' ? 'mixed' : 'alone'),
    Number(block),
    String(arm ?? 'all'),
    minute(String(started_at)),
    reasonsOf(String(reasons)),
    String(fate),
  ])
  const titles = ['Trial', 'Scenario', 'Design', 'Block', 'Arm', 'Begun', 'Why it does not count', '']
  return table(titles.map((title) => ({ title })), cells, 'Trials that do not count')
}

/** In trials that count. */
function brokenFlowsTable(store: ExperimentStore): Html {
  const rows = store.rows(`
    SELECT flows.arm AS arm, error, count(*) AS flows, count(DISTINCT trial) AS trials FROM flows JOIN trials USING (trial)
    WHERE valid AND error IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 3 DESC`)
  if (rows.length === 0) return html``
  const cells = rows.map(({ arm, flows, trials, error }) => [String(arm) || 'background', Number(flows), Number(trials), String(error)])
  return table([{ title: 'Arm' }, { title: 'Flows', isNumber: true }, { title: 'Trials', isNumber: true }, { title: 'Why they broke off' }], cells, 'Flows that broke off in valid trials')
}

const reasonsOf = (json: string): string => JSON.parse(json).join('; ')

function certificateTable({ findings, verdict, seconds }: StoredCertificate, scenario: string): Html {
  const rows = findings.map(({ subject, link, direction, unit, asked, measured, error, tolerance, verdict: found, reason }) => [
    `${subject} ${direction === 'right' ? 'to the servers' : 'to the clients'}${link === 0 ? '' : `, link ${link + 1}`}`,
    asked.least === asked.most ? amount(asked.least, unit) : range(amount(asked.least, unit), amount(asked.most, unit)),
    amount(measured, unit),
    unit === 'bit/s' ? amount(error, 'share') : amount(error, unit),
    unit === 'bit/s' ? amount(tolerance, 'share') : amount(tolerance, unit),
    html`<span class="verdict ${found === 'ok' ? 'better' : found === 'off' ? 'worse' : 'inconclusive'}">${found}</span>${reason === '' ? '' : `: ${reason}`}`,
  ])
  const columns = [{ title: 'Emulated path' }, ...['Asked', 'Measured', 'Error', 'Tolerance'].map((title) => ({ title, isNumber: true })), { title: 'Verdict' }]
  return table(columns, rows, `The path${scenario === '' ? '' : ` of ${scenario}`}, measured in ${digits(seconds)} s before the trials: ${verdict}`)
}

const amount = (value: number | null, unit: string): string => (value === null ? '–' : figure(value, unit))

function processorTable(store: ExperimentStore): Html {
  const [row] = store.rows('SELECT count(*) AS trials, avg(cpu_busy) AS busy, max(cpu_busy) AS busiest, avg(cpu_steal) AS steal, max(cpu_steal) AS most FROM trials WHERE valid')
  if (row === undefined || Number(row['trials']) === 0) return html``
  const share = (key: string): string => figure(Number(row[key]), 'share')
  return html`<p>In ${plural(Number(row['trials']), 'valid trial')} the processors were busy ${share('busy')} of the time (at most ${share('busiest')}), and
${share('steal')} was taken by other machines (at most ${share('most')}).</p>`
}

function programsTable(store: ExperimentStore): Html {
  const rows = store.rows(
    'SELECT programs.arm AS arm, member, sum(runs) AS runs, sum(ns) AS ns FROM programs JOIN trials USING (trial) WHERE valid GROUP BY 1, 2 HAVING sum(runs) > 0 ORDER BY 1, ns DESC',
  )
  if (rows.length === 0) return html``
  const cells = rows.map(({ arm, member, runs, ns }) => [html`<code>${String(member)}</code>`, String(arm), digits(Number(runs)), figure(Number(ns) / Number(runs), 'ns')])
  const columns = [{ title: 'Member' }, { title: 'Arm' }, { title: 'Calls', isNumber: true }, { title: 'Time a call', isNumber: true }]
  return table(columns, cells, 'What the BPF programs took, all valid trials together')
}
