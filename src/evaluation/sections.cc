#include "evaluation/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "lithe/error.h"
#include "lithe/table.h"
#include "report/chart.h"
#include "report/html.h"

namespace lithe::evaluation {

using report::escape;

namespace {

constexpr std::size_t kMostColumns = 6, kMostNotes = 60, kMostNote = 600;

std::vector<double> figure_of(const std::vector<EpochFigures>& history,
                              double EpochFigures::*figure) {
  std::vector<double> values;
  for (const EpochFigures& epoch : history) values.push_back(epoch.*figure);
  return values;
}

std::string charts(const std::string& pictures) {
  return "<div class=\"charts\">" + pictures + "</div>\n";
}

// The column's name where the model's table has one, else its number.
std::string target_name(const Model& model, std::size_t column, std::size_t columns) {
  const auto note = model.notes().find("lithe.schema");
  if (note != model.notes().end() && columns == 1) {
    try {
      const TableSchema schema = TableSchema::from_json(note->second);
      if (schema.target() != nullptr) return report::shorten(schema.target()->name, 30);
    } catch (const Error&) {
      // Then it is numbered.
    }
  }
  return columns == 1 ? "value" : fmt::format("value {}", column + 1);
}

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

std::string paragraph(const std::string& text) {
  return "<p class=\"soft\">" + escape(text) + "</p>\n";
}

std::string card(const std::string& name, const std::string& value, const std::string& more) {
  return fmt::format("<div class=\"card\"><span>{}</span><b>{}</b><span>{}</span></div>\n",
                     escape(name), escape(value), escape(more));
}

std::string percent(double share) { return fmt::format("{:.2f}%", 100 * share); }

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–";
}

std::string values_section(const RegressionReport& report, const Model& model) {
  const std::size_t columns = report.columns.size();
  std::string pictures, rows;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::string name = target_name(model, c, columns);
    rows += values_row(name, report.columns[c]);
    if (c >= kMostColumns) continue;
    std::vector<double> errors(report.truth[c].size());
    std::ranges::transform(report.predicted[c], report.truth[c], errors.begin(), std::minus<>());
    pictures +=
        report::draw_scatter("Predicted and true: " + name, report.truth[c], report.predicted[c]);
    pictures +=
        report::draw_histogram("Errors: " + name, "predicted minus true", errors, 0, "no error");
  }
  std::string body = charts(pictures);
  if (columns > kMostColumns)
    body += paragraph(fmt::format("The first {} of {} values are drawn.", kMostColumns, columns));
  body +=
      "<div class=\"scroll\"><table><tr><th class=\"text\">value</th><th>root of mean square</th>"
      "<th>mean absolute</th><th>R²</th><th>mean error</th></tr>\n" +
      rows + "</table></div>\n";
  return section("How near it comes", body);
}

std::string unknown_section(const UnknownUse& unknown) {
  const std::string text = fmt::format(
      "Above a score ({}) of {:.4g} it answers “unknown”. That was set to accept {} of known "
      "examples; of these it accepts {}, and of those accepted it reads {} right.",
      report::shorten(unknown.score, 100), unknown.threshold, percent(unknown.share),
      percent(unknown.accepted), percent(unknown.accuracy_accepted));
  return section(
      "What it calls unknown",
      paragraph(text) + charts(report::draw_histogram("Score of unknownness of these examples",
                                                      "the higher, the less known", unknown.scores,
                                                      unknown.threshold, "unknown above")));
}

std::string history_section(const EvaluationReport& report) {
  const std::string title = "How it learned";
  if (!report.history_problem.empty())
    return section(title, paragraph("Not shown: " + report.history_problem));
  const std::vector<EpochFigures>& history = report.history;
  if (history.empty())
    return section(title, paragraph("The model holds no history of its training; `lithe train` "
                                    "keeps one in the models that it saves."));
  std::vector<double> epochs;
  for (const EpochFigures& epoch : history) epochs.push_back(static_cast<double>(epoch.epoch));
  const auto curve = [&](const char* name, const char* colour, double EpochFigures::*figure) {
    return report::Curve{name, colour, figure_of(history, figure)};
  };
  std::string pictures =
      report::draw_curves("Loss", "mean over the examples", epochs,
                          {curve("training", report::kBlue, &EpochFigures::loss),
                           curve("validation", report::kGreen, &EpochFigures::validation_loss),
                           curve("test", report::kOrange, &EpochFigures::test_loss)});
  pictures +=
      report::draw_curves("Accuracy", "share of the examples that are read right", epochs,
                          {curve("validation", report::kGreen, &EpochFigures::validation_accuracy),
                           curve("test", report::kOrange, &EpochFigures::test_accuracy)});
  pictures += report::draw_curves("Error", "root of mean square", epochs,
                                  {curve("test", report::kOrange, &EpochFigures::test_rmse)});
  const report::Curve rate = curve("learning rate", report::kBlue, &EpochFigures::learning_rate);
  if (std::ranges::adjacent_find(rate.values, std::ranges::not_equal_to()) != rate.values.end())
    pictures += report::draw_curves("Learning rate", "of the epoch's last step", epochs, {rate});
  return section(title, paragraph("Training loss is the mean over an epoch while the weights "
                                  "change; the others are taken at its end.") +
                            charts(pictures));
}

std::string notes_section(const Model& model) {
  std::string rows;
  std::size_t count = 0;
  for (const auto& [key, value] : model.notes()) {
    if (key == "lithe.schema" || key == "lithe.history" || ++count > kMostNotes) continue;
    const std::string name = key.starts_with("lithe.") ? key.substr(6) : key;
    rows +=
        fmt::format("<tr><td class=\"text\">{}</td><td class=\"text\"><code>{}</code></td></tr>\n",
                    escape(report::shorten(name, 60)), escape(report::shorten(value, kMostNote)));
  }
  return rows.empty() ? "" : section("What made it", "<table>" + rows + "</table>\n");
}

}  // namespace lithe::evaluation
