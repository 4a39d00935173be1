// One page of all that an evaluation found.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evaluation/sections.h"
#include "report/html.h"
#include "report/page_style.h"

namespace lithe {

namespace {

using namespace evaluation;
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
  cards += card("log loss", fmt::format("{:.4f}", classes.log_loss), "0 is best");
  return cards + card("Brier score", fmt::format("{:.4f}", classes.brier), "0 is best, 2 worst");
}

std::string label_cards(const LabelReport& labels, const Evaluation& score) {
  return card("subset accuracy", percent(labels.subset_accuracy),
              fmt::format("all labels right for {} of {}", score.correct, score.total)) +
         card("accuracy", percent(labels.accuracy), "mean over the labels") +
         card("micro F1", percent(labels.micro.f1), "of all predictions together") +
         card("macro F1", percent(labels.macro.f1), "mean over the labels");
}

std::string value_cards(const ValueFigures& figures) {
  return card("RMSE", number(figures.rmse), "root mean squared error") +
         card("MAE", number(figures.mae), "mean absolute error") +
         card("R²", number(figures.r2), "1 is best");
}

std::string position_cards(const PositionReport& positions, const Evaluation& score) {
  std::string cards;
  if (positions.bits)
    cards += card(fmt::format("bits a {}", positions.unit), fmt::format("{:.3f}", *positions.bits),
                  fmt::format("perplexity {:.4g}", std::exp2(*positions.bits)));
  if (positions.classes)
    return cards + card("accuracy",
                        percent(static_cast<double>(score.correct) /
                                static_cast<double>(std::max<std::size_t>(1, score.total))),
                        fmt::format("{} of {} positions", score.correct, score.total));
  return cards + card("RMSE", number(score.rmse), "root mean squared error");
}

std::string headline(const EvaluationReport& report) {
  if (report.classes) return percent(report.classes->accuracy) + " accuracy";
  if (report.labels) return percent(report.labels->subset_accuracy) + " subset accuracy";
  if (report.positions && report.positions->bits)
    return fmt::format("{:.3f} bits a {}", *report.positions->bits, report.positions->unit);
  return report.positions ? "loss " + number(report.score.loss)
                          : "RMSE " + number(report.values->all.rmse);
}

std::string head(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
         escape(title) + "</title>\n<style>" + report::kPageStyle + "</style>\n</head>\n<body>\n";
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
  page += report.classes     ? class_cards(*report.classes, score)
          : report.labels    ? label_cards(*report.labels, score)
          : report.positions ? position_cards(*report.positions, score)
                             : value_cards(report.values->all);
  page += card("loss", number(score.loss), report::shorten(report.loss, 60));
  page += card(report.positions ? "positions" : "examples", fmt::format("{}", score.total));
  page += card("parameters", fmt::format("{}", model.network().parameter_count()),
               std::string(name(model.precision())));
  page += "</div>\n";
  if (report.learned_from > 0)
    page += "<div class=\"notice\">" +
            paragraph(fmt::format("The model was trained on {} of these {} rows, and will do worse "
                                  "on new ones.",
                                  report.learned_from, score.total)) +
            "</div>\n";
  if (report.classes) {
    page += confusion_section(*report.classes) + classes_section(*report.classes) +
            ranking_section(*report.classes) + errors_section(*report.classes, model, data) +
            confidence_section(*report.classes);
  } else if (report.labels) {
    page += labels_section(*report.labels);
  } else if (report.values) {
    page += forecast_section(report) + values_section(*report.values);
  }
  if (report.columns) page += columns_section(*report.columns, report.classes || report.labels);
  if (report.unknown) page += unknown_section(*report.unknown);
  page += history_section(report) + notes_section(model);
  return page + "</body>\n</html>\n";
}

}  // namespace lithe
