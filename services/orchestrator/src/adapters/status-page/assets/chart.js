// Draws the latencies of the figure as a chart, and again whenever they change.
'use strict';
addEventListener('DOMContentLoaded', () => {
  const figure = document.querySelector('figure[data-series]');
  if (!figure) return;
  const target = figure.querySelector('.chart');
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const data = () => JSON.parse(figure.dataset.series);
  const size = () => ({ width: figure.clientWidth, height: 200 });
  let plot = null;

  function draw() {
    plot?.destroy();
    const axis = {
      stroke: colour('--dim'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line') },
    };
    plot = new uPlot(
      {
        ...size(),
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.2)] } },
        axes: [
          { ...axis, values: '{HH}:{mm}:{ss}', space: 80 },
          { ...axis, size: 46 },
        ],
        series: [
          {},
          { stroke: colour('--good'), width: 2 },
          { stroke: colour('--busy'), width: 2, dash: [6, 4] },
        ],
      },
      data(),
      target,
    );
  }

  draw();
  new MutationObserver(() => plot.setData(data())).observe(figure, { attributeFilter: ['data-series'] });
  addEventListener('resize', () => plot.setSize(size()));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
});
