/** Draws the charts of a report as they come into view, in the colours of the page. Runs in the browser. */
import { Chart, type ChartDataset, Filler, Legend, LinearScale, LineController, LineElement, LogarithmicScale, PointElement, Tooltip } from 'chart.js'
import type { Axis, Chart as ChartData, Series } from '../chart.ts'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler, Legend, Tooltip)

/** NaN has become null on the way. */
interface Point {
  x: number
  y: number | null
}

type Dataset = ChartDataset<'line', Point[]>

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily

const block = document.querySelector('#charts')
const charts: ChartData[] = JSON.parse(block?.textContent ?? '[]')
const drawn = new Map<string, Chart<'line', Point[]>>()

const visible = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting && target instanceof HTMLCanvasElement) draw(target)
  },
  { rootMargin: '400px' },
)
for (const canvas of document.querySelectorAll('canvas')) visible.observe(canvas)

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const id of drawn.keys()) {
    drawn.get(id)?.destroy()
    const canvas = document.querySelector<HTMLCanvasElement>(`#${CSS.escape(id)}`)
    drawn.delete(id)
    if (canvas !== null) draw(canvas)
  }
})
// What was not looked at is printed too.
addEventListener('beforeprint', () => {
  for (const canvas of document.querySelectorAll('canvas')) draw(canvas)
})

function draw(canvas: HTMLCanvasElement): void {
  const data = charts.find(({ id }) => id === canvas.id)
  if (data === undefined || drawn.has(data.id)) return
  const datasets = data.series.flatMap(datasetsOf)
  const text = colour('--soft')
  const chart = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      normalized: true,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: { x: scale(data.x), y: scale(data.y) },
      plugins: {
        legend: {
          display: data.series.length > 0,
          position: 'top',
          align: 'end',
          onClick: () => undefined,
          labels: { color: text, boxWidth: 16, boxHeight: 2, filter: ({ text: label }) => label !== '' },
        },
        tooltip: { filter: ({ dataset }) => dataset.label !== '', callbacks: { title: ([item]) => (item === undefined ? '' : titleAt(data.x, item.parsed.x ?? 0)) } },
      },
    },
  })
  drawn.set(data.id, chart)
}

const titleAt = ({ title, names }: Axis, at: number): string => `${title} ${names?.[Math.round(at)] ?? short(at)}`

const short = (value: number): string => String(Number(value.toPrecision(3)))

/** The line, and behind it the spread. */
function datasetsOf({ label, arm, x, y, low, high, look = 'line' }: Series): Dataset[] {
  const strong = colour(arm < 0 ? '--text' : `--arm-${arm % 6}`)
  const points = (values: readonly (number | null)[]): Point[] => x.map((at, index) => ({ x: at, y: values[index] ?? null }))
  const line: Dataset = {
    label,
    data: points(y),
    borderColor: strong,
    backgroundColor: strong,
    borderWidth: look === 'line' ? 1.75 : 1,
    pointRadius: look === 'line' ? 0 : 3,
    pointHitRadius: 6,
    ...(look === 'hollow' ? { borderDash: [4, 3], pointBackgroundColor: colour('--page') } : {}),
    spanGaps: true,
  }
  if (low === undefined || high === undefined) return [line]
  if (look === 'whiskers' || look === 'hollow') return [line, { ...line, label: '', data: whiskers(x, low, high), borderDash: [], pointRadius: 0, pointHitRadius: 0, spanGaps: false }]
  const edge: Dataset = { label: '', data: [], borderWidth: 0, pointRadius: 0, pointHitRadius: 0, backgroundColor: `${strong}2e`, spanGaps: true }
  return [line, { ...edge, data: points(high), fill: '+1' }, { ...edge, data: points(low) }]
}

/** An upright line for each point, from the lowest to the highest. */
const whiskers = (x: readonly number[], low: readonly (number | null)[], high: readonly (number | null)[]): Point[] =>
  x.flatMap((at, index) => [{ x: at, y: low[index] ?? null }, { x: at, y: high[index] ?? null }, { x: at, y: null }])

function scale({ title, isLogarithmic = false, isWhole = false, names, from, to }: Axis) {
  const looks = {
    title: { display: true, text: title, color: colour('--soft') },
    grid: { color: colour('--line'), drawTicks: false },
    ticks: { color: colour('--soft'), maxTicksLimit: 7, includeBounds: false, padding: 6, maxRotation: 0, ...(isWhole ? { precision: 0 } : {}), ...(names === undefined ? {} : { stepSize: 1, callback: (value: string | number) => names[Number(value)] ?? '' }) },
    border: { display: false },
    ...(names === undefined ? {} : { afterBuildTicks: atNames(names) }),
    ...(from !== undefined && to === undefined ? { grace: '5%' } : {}),
    ...(from === undefined ? {} : { min: from }),
    ...(to === undefined ? {} : { max: to }),
  }
  return isLogarithmic ? ({ type: 'logarithmic', ...looks, ticks: { ...looks.ticks, callback: atSteps } } as const) : ({ type: 'linear', ...looks } as const)
}

/** 1, 2, 5, 10 and so on. */
const atSteps = (value: string | number): string => (/^[125]/.test(Number(value).toExponential()) && !/^\d\./.test(Number(value).toExponential()) ? short(Number(value)) : '')

/** A tick for each name and no others. */
const atNames = (names: readonly string[]) => (axis: { ticks: { value: number }[] }) => {
  axis.ticks = names.map((_, value) => ({ value }))
}

/** Of the page's style, six digits. */
function colour(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim()
}
