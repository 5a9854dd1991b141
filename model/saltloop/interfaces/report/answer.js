"use strict";
(function () {
  const charts = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const font = { family: '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif', size: 13, color: "#1c2733" };
  const config = { displayModeBar: false, responsive: true };

  const side = () => (root.lang === "en" ? "en" : "zh");

  function draw() {
    const language = side();
    charts[language].forEach((chart, n) => {
      const box = document.getElementById("chart-" + language + "-" + n);
      const width = Math.min(1132, root.clientWidth - 48);
      const layout = { height: 460, margin: { l: 70, r: 20, t: 16, b: 56 }, paper_bgcolor: "#fff", plot_bgcolor: "#fff", legend: { orientation: "h", y: 1.08 }, hoverlabel: { align: "left" }, ...chart.layout, width, font };
      Plotly.react(box, chart.data, layout, config);
    });
  }

  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
    draw();
  });
  window.addEventListener("resize", draw);
  draw();
})();
