// One page of all that an evaluation found.
#include <fmt/format.h>

#include "evaluation/sections.h"
#include "evaluation/style.h"
#include "report/html.h"

namespace lithe {

namespace {

using evaluation::card, evaluation::number, evaluation::paragraph, evaluation::percent;
using report::escape;

constexpr std::size_t kMostSentence = 2000;

std::string class_cards(const ClassifierReport& classes, const Evaluation& score) {
  std::string cards = card("accuracy", percent(classes.accuracy),
                           fmt::format("{} of {}", score.correct, score.total));
  cards += card("macro F1", percent(classes.macro.f1), "mean over the classes");
  cards += card("calibration error", fmt::format("{:.4f}", classes.plain.ece),
                classes.tempered ? fmt::format("{:.4f} at temperature {:.3g}",
                                               classes.tempered->ece, classes.temperature)
                                 : "ECE, no temperature fitted");
  if (classes.names.size() > 5)
    cards += card("top-5 accuracy", percent(classes.top5), "class among the 5 most probable");
  return cards + card("Brier score", fmt::format("{:.4f}", classes.brier), "0 is best, 2 worst");
}

std::string value_cards(const ValueFigures& figures) {
  return card("RMSE", number(figures.rmse), "root mean squared error") +
         card("MAE", number(figures.mae), "mean absolute error") +
         card("R²", number(figures.r2), "1 is best");
}

// A table that is read by the schema in the model is evaluated as a whole.
bool evaluates_training_data(const Model& model, const Dataset& data) {
  const auto& metadata = model.metadata();
  const auto name = metadata.find("lithe.data");
  return !model.preprocessing().schema.empty() && data.train.features.rows == 0 &&
         name != metadata.end() && name->second == data.name;
}

std::string headline(const EvaluationReport& report) {
  if (report.classes) return percent(report.classes->accuracy) + " accuracy";
  return "RMSE " + number(report.values->all.rmse);
}

std::string head(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
         escape(title) + "</title>\n<style>" + evaluation::kStyle + "</style>\n</head>\n<body>\n";
}

}  // namespace

std::string evaluation_page(const std::string& model_file, const Model& model, const Dataset& data,
                            const EvaluationReport& report) {
  const Evaluation& score = report.score;
  std::string page = head(fmt::format("{} on {}", model_file, data.name));
  page += fmt::format("<header>\n<h1>{} on {}: {}</h1>\n<p><code>{}</code></p>\n</header>\n",
                      escape(report::shorten(model_file, 200)),
                      escape(report::shorten(data.name, 200)), escape(headline(report)),
                      escape(report::shorten(model.network().to_string(), kMostSentence)));
  page += "<div class=\"cards\">\n";
  page += report.classes ? class_cards(*report.classes, score) : value_cards(report.values->all);
  page += card("loss", number(score.loss), report::shorten(report.loss, 60));
  page += card("examples", fmt::format("{}", score.total));
  page += card("parameters", fmt::format("{}", model.network().parameter_count()),
               std::string(name(model.precision())));
  page += "</div>\n";
  if (evaluates_training_data(model, data))
    page += "<div class=\"notice\">" +
            paragraph(
                "These are all rows of the table that the model was trained on. It has learned "
                "from most of them and will do worse on new ones.") +
            "</div>\n";
  if (report.classes) {
    page += evaluation::confusion_section(*report.classes) +
            evaluation::classes_section(*report.classes) +
            evaluation::errors_section(*report.classes, model, data) +
            evaluation::confidence_section(*report.classes);
  } else {
    page += evaluation::values_section(*report.values, model);
  }
  if (report.unknown) page += evaluation::unknown_section(*report.unknown);
  page += evaluation::history_section(report) + evaluation::notes_section(model);
  return page + "</body>\n</html>\n";
}

}  // namespace lithe
