import { writeFile } from 'node:fs/promises';
import { init, use } from 'echarts/core';
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import type { HttpResult, HttpSummary } from '../http/summary.js';
import { BASE, type Variant } from '../http/setups.js';
import type { RequestName } from '../http/requests.js';
import type { Results } from './results.js';

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const WIDTH = 820;
const HEIGHT = 420;

const VARIANTS: readonly Variant[] = ['enableCors', '@fastify/cors', 'nestjs-cors'];

/** Colours that can be told apart in print and by the colour-blind (Okabe and Ito). */
const COLORS = ['#999999', '#56b4e9', '#0072b2'];

const REQUESTS: readonly RequestName[] = [
  'no Origin',
  'allowed origin',
  'refused origin',
  'preflight approved',
  'preflight refused',
];

/** Draws the chart of the manual for each platform that has results: `http-fastify.svg`, `http-express.svg`. */
export async function drawCharts(folder: URL, results: Results): Promise<readonly string[]> {
  const drawn: string[] = [];
  for (const name of ['http-fastify', 'http-express'] as const) {
    const summary = results[name]?.results;
    if (summary === undefined) continue;
    const file = `${name}.svg`;
    await writeFile(new URL(file, folder), draw(summary));
    drawn.push(file);
  }
  return drawn;
}

/**
 * What each variant costs on top of the bare app, in microseconds of CPU time per request. A preflight has nothing to
 * be on top of, so it is shown whole.
 */
function draw({ platform, results }: HttpSummary): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const variants = VARIANTS.filter((variant) => results.some((one) => one.variant === variant));
  const name = platform === 'fastify' ? 'Fastify' : 'Express';
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    color: COLORS,
    title: {
      text: `${name}: server CPU time per request, µs`,
      subtext: 'actual requests: added to the bare app; preflights: whole. Less is better',
      left: 'center',
    },
    legend: { bottom: 0 },
    grid: { left: 60, right: 20, top: 70, bottom: 70 },
    xAxis: { type: 'category', data: [...REQUESTS] },
    yAxis: { type: 'value', axisLabel: { formatter: '{value} µs' } },
    series: variants.map((variant) => ({
      name: variant,
      type: 'bar',
      label: { show: true, position: 'top' },
      data: REQUESTS.map((request) => rounded(cost(results, variant, request))),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

function cost(results: readonly HttpResult[], variant: Variant, request: RequestName): number {
  const found = results.find(
    (one) => one.variant === variant && one.request === request && one.setup === BASE.name,
  );
  return found === undefined ? 0 : (found.added ?? found.cost).median;
}

function rounded(micros: number): number {
  return Math.round(micros * 10) / 10;
}
