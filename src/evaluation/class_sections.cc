// The sections about a classifier: confusion matrix, classes, most confident errors, calibration.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "data/pictures/image_file.h"
#include "evaluation/example.h"
#include "evaluation/sections.h"
#include "report/class_pictures.h"
#include "report/html.h"

namespace lithe::evaluation {

using report::escape;

namespace {

constexpr std::size_t kMostPairs = 10, kMostClasses = 200, kMostName = 40;

std::string name(const ClassifierReport& report, std::size_t index) {
  return fmt::format("<bdi>{}</bdi>", escape(report::shorten(report.names[index], kMostName)));
}

// The most frequent pairs of true and predicted class that differ.
std::vector<ConfusionCell> confused(const std::vector<ConfusionCell>& cells) {
  std::vector<ConfusionCell> wrong;
  std::ranges::copy_if(cells, std::back_inserter(wrong),
                       [](const ConfusionCell& cell) { return cell.truth != cell.predicted; });
  std::ranges::stable_sort(wrong, std::ranges::greater(), &ConfusionCell::count);
  wrong.resize(std::min(wrong.size(), kMostPairs));
  return wrong;
}

std::string pairs_table(const ClassifierReport& report, const std::vector<ConfusionCell>& pairs) {
  std::string rows;
  for (const ConfusionCell& pair : pairs)
    rows += fmt::format(
        "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td></tr>\n",
        name(report, pair.truth), name(report, pair.predicted), pair.count,
        percent(static_cast<double>(pair.count) /
                static_cast<double>(report.figures[pair.truth].support)));
  return "<table><tr><th class=\"text\">true class</th><th class=\"text\">predicted</th>"
         "<th>examples</th><th>of the true class</th></tr>\n" +
         rows + "</table>\n";
}

std::string percent_cell(double fraction) {
  return fmt::format("<td>{0:.1f}%<span class=\"bar\"><i style=\"width:{0:.1f}%\"></i></span></td>",
                     100 * fraction);
}

std::string figures_row(const std::string& title, const MeanFigures& figures,
                        const std::string& rest) {
  return fmt::format("<tr><td class=\"text\">{}</td>{}{}{}{}</tr>\n", title,
                     percent_cell(figures.precision), percent_cell(figures.recall),
                     percent_cell(figures.f1), rest);
}

// All classes in their order, or those with the lowest F1 where there are too many to show.
std::vector<std::size_t> shown_classes(const ClassifierReport& report) {
  std::vector<std::size_t> order(report.figures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() <= kMostClasses) return order;
  std::ranges::stable_sort(order, {}, [&](std::size_t c) { return report.figures[c].f1; });
  order.resize(kMostClasses);
  return order;
}

std::string error_picture(const ClassifierReport& report, const Misclassification& error,
                          const Image& image) {
  return fmt::format(
      "<figure><img alt=\"example {0}\" src=\"data:image/png;base64,{1}\"/><figcaption>"
      "<b>{2}</b> predicted as <span class=\"wrong\">{3}</span><br/>confidence {4}"
      "<br/>true class {5}<br/>{6}</figcaption></figure>\n",
      error.row + 1, report::base64(data::encode_png(image)), name(report, error.truth),
      name(report, error.predicted), percent(error.confidence), percent(error.true_probability),
      error.file.empty() ? fmt::format("example {}", error.row + 1)
                         : fmt::format("<bdi class=\"file\">{}</bdi>", escape(error.file)));
}

std::string error_row(const ClassifierReport& report, const Misclassification& error,
                      const std::string& values) {
  return fmt::format(
      "<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text wrong\">{}</td><td>{}</td>"
      "<td class=\"text values\">{}</td></tr>\n",
      error.row + 1, name(report, error.truth), name(report, error.predicted),
      percent(error.confidence), escape(report::shorten(values, 400)));
}

std::string confidence_row(const std::string& title, const ConfidenceFigures& figures) {
  return fmt::format(
      "<tr><td class=\"text\">{}</td><td>{:.4f}</td><td>{:.4f}</td><td>{:.4f}</td><td>{}</td>"
      "<td>{}</td></tr>\n",
      title, figures.ece, figures.adaptive_ece, figures.mce, percent(figures.confidence),
      percent(figures.accuracy));
}

}  // namespace

std::string confusion_section(const ClassifierReport& report) {
  const std::vector<ConfusionCell> pairs = confused(report.confusion);
  std::string body;
  if (report.names.size() <= report::kMostMatrix)
    body = paragraph(
               "Rows are the true classes, columns the predicted ones. Correct predictions are "
               "blue, errors orange; the stronger the colour, the larger the fraction of the true "
               "class.") +
           "<div class=\"beside\"><div class=\"scroll\">" +
           report::draw_confusion(report.confusion, report.names) + "</div>\n";
  else
    body =
        paragraph(fmt::format("{} classes are too many to draw a matrix. The most frequent errors:",
                              report.names.size())) +
        "<div class=\"beside\">\n";
  if (!pairs.empty() && report.names.size() > 2)
    body += "<div class=\"scroll\"><h3>Most frequent errors</h3>" + pairs_table(report, pairs) +
            "</div>\n";
  return section("Confusion matrix", body + "</div>\n");
}

std::string classes_section(const ClassifierReport& report) {
  const std::vector<std::size_t> shown = shown_classes(report);
  std::string rows;
  for (const std::size_t c : shown) {
    const ClassFigures& one = report.figures[c];
    rows += figures_row(name(report, c), {one.precision, one.recall, one.f1},
                        fmt::format("<td>{}</td><td>{}</td>", one.support, one.predicted));
  }
  rows += figures_row("<b>macro mean</b>", report.macro, "<td></td><td></td>");
  rows += figures_row("<b>mean weighted by examples</b>", report.weighted, "<td></td><td></td>");
  const std::string text =
      "Precision: the fraction of the examples predicted as the class that belong to it. Recall: "
      "the "
      "fraction of the class's examples that are predicted as it. F1: the harmonic mean of both." +
      (shown.size() < report.figures.size()
           ? fmt::format(" Of {} classes, the table shows the {} with the lowest F1.",
                         report.figures.size(), shown.size())
           : std::string());
  return section(
      "Classes",
      paragraph(text) +
          "<div class=\"scroll\"><table><tr><th class=\"text\">class</th><th>precision</th>"
          "<th>recall</th><th>F1</th><th>examples</th><th>predicted</th></tr>\n" +
          rows + "</table></div>\n");
}

std::string labels_section(const LabelReport& report) {
  std::string rows;
  for (std::size_t i = 0; i < report.figures.size(); ++i) {
    const LabelFigures& one = report.figures[i];
    rows += fmt::format(
        "<tr><td class=\"text\"><bdi>{}</bdi></td>{}{}{}{}<td>{}</td><td>{}</td></tr>\n",
        escape(report::shorten(report.names[i], kMostName)), percent_cell(one.accuracy),
        percent_cell(one.holds.precision), percent_cell(one.holds.recall),
        percent_cell(one.holds.f1), one.holds.support, one.holds.predicted);
  }
  const auto mean_row = [](const char* title, const MeanFigures& mean) {
    return fmt::format(
        "<tr><td class=\"text\"><b>{}</b></td><td></td>{}{}{}<td></td><td></td></tr>\n", title,
        percent_cell(mean.precision), percent_cell(mean.recall), percent_cell(mean.f1));
  };
  rows += mean_row("macro mean", report.macro) + mean_row("micro mean", report.micro);
  return section(
      "Labels",
      paragraph(
          "A label is predicted where its probability is at least one half. Accuracy: the "
          "fraction of the examples for which that is right. Precision, recall and F1 are of "
          "the examples where it holds. Macro: the mean over the labels. Micro: of all labels' "
          "predictions together.") +
          "<div class=\"scroll\"><table><tr><th class=\"text\">label</th><th>accuracy</th>"
          "<th>precision</th><th>recall</th><th>F1</th><th>holds</th><th>predicted</th></tr>\n" +
          rows + "</table></div>\n");
}

std::string errors_section(const ClassifierReport& report, const Model& model,
                           const Dataset& data) {
  const std::string title = "Most confident errors";
  if (report.errors.empty()) return section(title, paragraph("There are no errors."));
  std::string pictures, rows;
  for (const Misclassification& error : report.errors) {
    const Features& features = data.test.features;
    if (const auto image = picture_of(data, features, error.row))
      pictures += error_picture(report, error, *image);
    else
      rows += error_row(report, error, values_of(model, features, error.row));
  }
  std::string body = paragraph(fmt::format(
      "The errors with the highest confidence ({}). Where the true class looks wrong, check the "
      "label in the data.",
      report.confidence_from));
  if (!pictures.empty()) body += "<div class=\"errors\">" + pictures + "</div>\n";
  if (!rows.empty())
    body +=
        "<div class=\"scroll\"><table><tr><th>row</th><th class=\"text\">true class</th>"
        "<th class=\"text\">predicted</th><th>confidence</th><th "
        "class=\"text\">values</th></tr>\n" +
        rows + "</table></div>\n";
  return section(title, body);
}

std::string confidence_section(const ClassifierReport& report) {
  std::string charts = report::draw_reliability("Without temperature scaling", report.plain.bins);
  std::string rows = confidence_row("without temperature scaling", report.plain);
  if (report.tempered) {
    const std::string at = fmt::format("at temperature {:.3g}", report.temperature);
    charts += report::draw_reliability("At" + at.substr(2), report.tempered->bins);
    rows += confidence_row(at, *report.tempered);
  }
  const std::string text = fmt::format(
      "Of the predictions with a confidence of 80%, 80% should be correct: then the bars end on "
      "the "
      "line. Orange: the model is overconfident; green: underconfident. The confidence is {}{}.",
      report.confidence_from,
      report.tempered ? ", or the softmax of the last layer's logits divided by the temperature"
                      : ". `lithe calibrate` fits a temperature that corrects it");
  return section(
      "Calibration of the confidence",
      paragraph(text) + "<div class=\"charts\">" + charts + "</div>\n" +
          "<div class=\"scroll\"><table><tr><th class=\"text\">confidence</th>"
          "<th>ECE</th><th>adaptive ECE</th><th>MCE</th>"
          "<th>mean confidence</th><th>accuracy</th></tr>\n" +
          rows + "</table></div>\n" +
          paragraph("ECE: the expected calibration error, which is the mean distance between "
                    "confidence and accuracy over 15 bins, weighted by their examples (Guo and "
                    "others, 2017). Adaptive ECE: the same with equally many examples in each bin. "
                    "MCE: the maximum of any bin, however few examples it has."));
}

}  // namespace lithe::evaluation
