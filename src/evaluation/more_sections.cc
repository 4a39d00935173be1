// The sections about the ranking of classes, and about the columns of a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluation/sections.h"
#include "report/chart.h"
#include "report/html.h"

namespace lithe::evaluation {

using report::escape;

namespace {

constexpr std::size_t kMostRanked = 6, kMostBars = 30;
constexpr const char* kColours[] = {"var(--blue)", "var(--orange)", "var(--green)",
                                    "var(--ink)",  "#a259c4",       "#8a6d3b"};

// The classes whose curves are drawn: of two the second, of more those with the most examples.
std::vector<std::size_t> drawn_classes(const ClassifierReport& report) {
  std::vector<std::size_t> classes(report.ranking.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  std::erase_if(classes, [&](std::size_t c) { return std::isnan(report.ranking[c].roc_auc); });
  if (report.ranking.size() == 2 && classes.size() == 2) return {1};
  std::ranges::stable_sort(classes, std::greater<>(),
                           [&](std::size_t c) { return report.figures[c].support; });
  classes.resize(std::min(classes.size(), kMostRanked));
  std::ranges::sort(classes);
  return classes;
}

std::string area_text(const char* name, double area) {
  return fmt::format("{} {:.3f}", name, area);
}

std::string bar_table(const ColumnsReport& columns, bool classes) {
  double highest = 1e-300;
  for (const ColumnImportance& one : columns.importance) highest = std::max(highest, one.mean);
  std::string rows;
  std::size_t shown = 0;
  for (const ColumnImportance& one : columns.importance) {
    if (shown++ == kMostBars) break;
    const double width = std::max(0.0, 100 * one.mean / highest);
    rows += fmt::format(
        "<tr><td class=\"text\">{}</td><td>{}</td><td>± {}</td><td class=\"text\"><div "
        "style=\"background:var(--blue);height:0.8em;width:{:.1f}px\"></div></td></tr>\n",
        escape(report::shorten(one.name, 40)), number(one.mean), number(one.deviation),
        1.6 * width);
  }
  return fmt::format(
      "<div class=\"scroll\"><table><tr><th class=\"text\">column</th><th>{}</th><th>deviation</th>"
      "<th></th></tr>\n{}</table></div>\n",
      classes ? "loss of accuracy" : "gain of RMSE", rows);
}

std::string dependence_chart(const PartialDependence& one, bool classes) {
  report::Scale up;
  for (const auto& curve : one.curves)
    up.values.insert(up.values.end(), curve.begin(), curve.end());
  std::string across = one.name;
  if (!one.labels.empty()) {
    across += ": ";
    for (std::size_t i = 0; i < one.labels.size(); ++i)
      across += fmt::format("{}{} {}", i == 0 ? "" : ", ", i, one.labels[i]);
  }
  report::Chart chart("Partial dependence: " + report::shorten(one.name, 30),
                      report::shorten(across, 70), classes ? "mean probability" : "mean answer",
                      {one.values, false, !one.labels.empty()}, up);
  std::vector<std::pair<std::string, std::string>> legend;
  for (std::size_t a = 0; a < one.curves.size(); ++a) {
    chart.line(one.values, one.curves[a], kColours[a % std::size(kColours)]);
    legend.emplace_back(report::shorten(one.answers[a], 16), kColours[a % std::size(kColours)]);
  }
  if (legend.size() > 1) chart.legend(legend);
  return chart.finish();
}

}  // namespace

std::string ranking_section(const ClassifierReport& report) {
  const std::vector<std::size_t> classes = drawn_classes(report);
  if (classes.empty()) return "";
  report::Chart roc("ROC curve", "false positive rate", "true positive rate", {{0, 1}}, {{0, 1}});
  report::Chart recall("Precision-recall curve", "recall", "precision", {{0, 1}}, {{0, 1}});
  roc.straight({0, 0}, {1, 1}, report::kLine);
  std::vector<std::pair<std::string, std::string>> legend;
  std::string rows;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const RankingFigures& figures = report.ranking[classes[i]];
    const std::string name = report::shorten(report.names[classes[i]], 16);
    roc.line(figures.false_positive_rate, figures.true_positive_rate, kColours[i]);
    const std::vector<double> recalls(figures.true_positive_rate.begin() + 1,
                                      figures.true_positive_rate.end());
    recall.line(recalls, figures.precision, kColours[i]);
    legend.emplace_back(name, kColours[i]);
    rows += fmt::format("<tr><td class=\"text\">{}</td><td>{}</td><td>{}</td></tr>\n", escape(name),
                        number(figures.roc_auc), number(figures.average_precision));
  }
  if (legend.size() > 1) roc.legend(legend), recall.legend(legend);
  std::string text = "Each class against all others, ranked by its probability.";
  if (classes.size() == 1)
    text = fmt::format("{} against {}: {}, {}.", report.names[1], report.names[0],
                       area_text("ROC AUC", report.ranking[1].roc_auc),
                       area_text("average precision", report.ranking[1].average_precision));
  return section(
      "ROC and precision-recall curves",
      paragraph(text) + charts(roc.finish() + recall.finish()) +
          "<div class=\"scroll\"><table><tr><th class=\"text\">class</th><th>ROC AUC</th>"
          "<th>average precision</th></tr>\n" +
          rows + "</table></div>\n");
}

std::string forecast_section(const EvaluationReport& report) {
  constexpr std::size_t kMostWindows = 240, kMostCharts = 4;
  if (report.naive.empty()) return "";
  const RegressionReport& values = *report.values;
  std::string rows = fmt::format("<tr><td>model</td><td>{}</td><td>{}</td></tr>\n",
                                 number(values.all.rmse), number(values.all.mae));
  for (const NaiveForecast& naive : report.naive)
    rows += fmt::format(
        "<tr><td>{}{}</td><td>{}</td><td>{}</td></tr>\n", escape(naive.name),
        naive.windows == report.naive.front().windows
            ? ""
            : fmt::format(", on {} of the {} windows", naive.windows, report.naive.front().windows),
        naive.windows > 0 ? number(naive.rmse) : "", naive.windows > 0 ? number(naive.mae) : "");
  std::string pictures;
  for (std::size_t c = 0; c < std::min(kMostCharts, values.truth.size()); ++c) {
    const std::size_t all = values.truth[c].size(), shown = std::min(all, kMostWindows);
    const auto last = [shown](const std::vector<double>& of) {
      return std::vector<double>(of.end() - static_cast<std::ptrdiff_t>(shown), of.end());
    };
    std::vector<double> windows(shown), truth = last(values.truth[c]),
                                        forecast = last(values.predicted[c]);
    std::iota(windows.begin(), windows.end(), static_cast<double>(all - shown + 1));
    std::vector<double> both = truth;
    both.insert(both.end(), forecast.begin(), forecast.end());
    report::Chart chart("Forecast over truth: " + report::shorten(values.names[c], 40), "window",
                        report::shorten(values.names[c], 40), {windows, false, true}, {both});
    chart.line(windows, truth, report::kInk);
    chart.line(windows, forecast, report::kBlue);
    chart.legend({{"truth", report::kInk}, {"forecast", report::kBlue}});
    pictures += chart.finish();
  }
  return section(
      "Forecast",
      paragraph("A forecast that is not better than naive ones, on the same windows, has "
                "learned nothing. The charts show the last windows.") +
          "<div class=\"scroll\"><table><tr><th class=\"text\">forecast</th><th>RMSE</th>"
          "<th>MAE</th></tr>\n" +
          rows + "</table></div>\n" + charts(pictures));
}

std::string columns_section(const ColumnsReport& columns, bool classes) {
  if (columns.importance.empty()) return "";
  std::string text = fmt::format(
      "Permutation importance: how much worse the model gets when the values of a column are "
      "shuffled among {} rows, the mean of {} times. A column that others can stand in for counts "
      "little.",
      columns.rows, columns.repeats);
  if (columns.importance.size() > kMostBars)
    text +=
        fmt::format(" The first {} of {} columns are shown.", kMostBars, columns.importance.size());
  std::string pictures;
  for (const PartialDependence& one : columns.dependence)
    if (one.values.size() > 1) pictures += dependence_chart(one, classes);
  return section("Importance of columns",
                 paragraph(text) + bar_table(columns, classes) +
                     paragraph("Partial dependence: the mean answer where all rows have one value "
                               "of a column and keep their own values of the others.") +
                     charts(pictures));
}

}  // namespace lithe::evaluation
