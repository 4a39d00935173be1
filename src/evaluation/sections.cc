#include "evaluation/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "lithe/error.h"
#include "lithe/table.h"
#include "report/chart.h"
#include "report/history_picture.h"
#include "report/html.h"

namespace lithe::evaluation {

using report::escape;

namespace {

constexpr std::size_t kMostColumns = 6, kMostTargetName = 30, kMostNotes = 60, kMostNote = 600;

std::string values_row(const std::string& name, const ValueFigures& figures) {
  return fmt::format(
      "<tr><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      escape(name), number(figures.rmse), number(figures.mae), number(figures.r2),
      number(figures.bias));
}

}  // namespace

std::string section(const std::string& title, const std::string& body) {
  return "<section>\n<h2>" + escape(title) + "</h2>\n" + body + "</section>\n";
}

std::string charts(const std::string& pictures) {
  return "<div class=\"charts\">" + pictures + "</div>\n";
}

std::string paragraph(const std::string& text) {
  return "<p class=\"soft\">" + escape(text) + "</p>\n";
}

std::string card(const std::string& name, const std::string& value, const std::string& more) {
  return fmt::format("<div class=\"card\"><span>{}</span><b>{}</b><span>{}</span></div>\n",
                     escape(name), escape(value), escape(more));
}

std::string percent(double fraction) { return fmt::format("{:.2f}%", 100 * fraction); }

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–";
}

std::string values_section(const RegressionReport& report) {
  const std::size_t columns = report.columns.size();
  std::string pictures, rows;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::string name = report::shorten(report.names[c], kMostTargetName);
    rows += values_row(name, report.columns[c]);
    if (c >= kMostColumns) continue;
    std::vector<double> errors(report.truth[c].size());
    std::ranges::transform(report.predicted[c], report.truth[c], errors.begin(), std::minus<>());
    pictures += report::draw_scatter("Predicted against true: " + name, report.truth[c],
                                     report.predicted[c]);
    pictures +=
        report::draw_histogram("Residuals: " + name, "predicted minus true", errors, 0, "no error");
    report::Chart residuals("Residuals against true: " + name, "true", "predicted minus true",
                            {report.truth[c]}, {errors});
    residuals.dots(report.truth[c], errors, report::kBlue);
    pictures += residuals.finish();
  }
  std::string body = charts(pictures);
  if (columns > kMostColumns)
    body +=
        paragraph(fmt::format("The charts show the first {} of {} values.", kMostColumns, columns));
  body +=
      "<div class=\"scroll\"><table><tr><th class=\"text\">value</th><th>RMSE</th>"
      "<th>MAE</th><th>R²</th><th>mean error</th></tr>\n" +
      rows + "</table></div>\n";
  return section("Regression", body);
}

std::string unknown_section(const OpenSetFigures& unknown) {
  const std::string text = fmt::format(
      "The model predicts “unknown” for an out-of-distribution score ({}) above {:.4g}. The "
      "threshold was calibrated to accept {} of known examples. It accepts {} of these examples, "
      "with an accuracy of {} on the accepted ones.",
      report::shorten(unknown.score, 100), unknown.threshold,
      percent(unknown.calibrated_acceptance_rate), percent(unknown.acceptance_rate),
      percent(unknown.accuracy_accepted));
  return section("Unknown examples",
                 paragraph(text) + charts(report::draw_histogram("Out-of-distribution scores",
                                                                 "score", unknown.scores,
                                                                 unknown.threshold, "threshold")));
}

std::string history_section(const EvaluationReport& report) {
  const std::string title = "Training history";
  if (!report.history_problem.empty())
    return section(title, paragraph("It cannot be shown: " + report.history_problem));
  const std::vector<EpochFigures>& history = report.history;
  if (history.empty())
    return section(title, paragraph("The model holds no history of its training. `lithe train` "
                                    "stores one in every model that it saves."));
  std::string pictures;
  for (const std::string& chart : report::history_charts(history)) pictures += chart;
  return section(title, paragraph("The training loss is the mean over an epoch, during which the "
                                  "weights change. The other figures are from the end of it.") +
                            charts(pictures));
}

std::string notes_section(const Model& model) {
  std::string rows;
  std::size_t count = 0;
  for (const auto& [key, value] : model.metadata()) {
    if (key == "lithe.history" || ++count > kMostNotes) continue;
    const std::string name = key.starts_with("lithe.") ? key.substr(6) : key;
    rows +=
        fmt::format("<tr><td class=\"text\">{}</td><td class=\"text\"><code>{}</code></td></tr>\n",
                    escape(report::shorten(name, 60)), escape(report::shorten(value, kMostNote)));
  }
  return rows.empty() ? "" : section("Metadata", "<table>" + rows + "</table>\n");
}

}  // namespace lithe::evaluation
