// What a classifier takes for what: matrix, classes, mistakes, confidence.
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

// The mistakes that are made most often.
std::vector<ConfusionCell> confused(const std::vector<ConfusionCell>& cells) {
  std::vector<ConfusionCell> wrong;
  std::ranges::copy_if(cells, std::back_inserter(wrong),
                       [](const ConfusionCell& cell) { return cell.truth != cell.answer; });
  std::ranges::stable_sort(wrong, std::ranges::greater(), &ConfusionCell::count);
  wrong.resize(std::min(wrong.size(), kMostPairs));
  return wrong;
}

std::string pairs_table(const ClassifierReport& report, const std::vector<ConfusionCell>& pairs) {
  std::string rows;
  for (const ConfusionCell& pair : pairs)
    rows += fmt::format(
        "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td></tr>\n",
        name(report, pair.truth), name(report, pair.answer), pair.count,
        percent(static_cast<double>(pair.count) /
                static_cast<double>(report.figures[pair.truth].support)));
  return "<table><tr><th class=\"text\">true class</th><th class=\"text\">answer</th>"
         "<th>examples</th><th>of the class</th></tr>\n" +
         rows + "</table>\n";
}

std::string share_cell(double share) {
  return fmt::format("<td>{0:.1f}%<span class=\"bar\"><i style=\"width:{0:.1f}%\"></i></span></td>",
                     100 * share);
}

std::string figures_row(const std::string& title, const MeanFigures& figures,
                        const std::string& rest) {
  return fmt::format("<tr><td class=\"text\">{}</td>{}{}{}{}</tr>\n", title,
                     share_cell(figures.precision), share_cell(figures.recall),
                     share_cell(figures.f1), rest);
}

// All classes in their order, or the worst where there are too many to look at.
std::vector<std::size_t> shown_classes(const ClassifierReport& report) {
  std::vector<std::size_t> order(report.figures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() <= kMostClasses) return order;
  std::ranges::stable_sort(order, {}, [&](std::size_t c) { return report.figures[c].f1; });
  order.resize(kMostClasses);
  return order;
}

std::string mistake_picture(const ClassifierReport& report, const Mistake& mistake,
                            const data::Image& image) {
  return fmt::format(
      "<figure><img alt=\"example {0}\" src=\"data:image/png;base64,{1}\"/><figcaption>"
      "<b>{2}</b> taken for <span class=\"wrong\">{3}</span><br/>{4} sure"
      "<br/>truth: {5}<br/>example {0}</figcaption></figure>\n",
      mistake.row + 1, report::base64(data::encode_png(image)), name(report, mistake.truth),
      name(report, mistake.answer), percent(mistake.confidence), percent(mistake.of_truth));
}

std::string mistake_row(const ClassifierReport& report, const Mistake& mistake,
                        const std::string& values) {
  return fmt::format(
      "<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text wrong\">{}</td><td>{}</td>"
      "<td class=\"text values\">{}</td></tr>\n",
      mistake.row + 1, name(report, mistake.truth), name(report, mistake.answer),
      percent(mistake.confidence), escape(report::shorten(values, 400)));
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
               "A row is a class, a column an answer; the more of the class, the stronger the "
               "colour. Blue is right, orange wrong.") +
           "<div class=\"beside\"><div class=\"scroll\">" +
           report::draw_confusion(report.confusion, report.names) + "</div>\n";
  else
    body = paragraph(fmt::format("{} classes are too many for a matrix; these are mixed up most.",
                                 report.names.size())) +
           "<div class=\"beside\">\n";
  if (!pairs.empty() && report.names.size() > 2)
    body +=
        "<div class=\"scroll\"><h3>Mixed up most</h3>" + pairs_table(report, pairs) + "</div>\n";
  return section("What is taken for what", body + "</div>\n");
}

std::string classes_section(const ClassifierReport& report) {
  const std::vector<std::size_t> shown = shown_classes(report);
  std::string rows;
  for (const std::size_t c : shown) {
    const ClassFigures& one = report.figures[c];
    rows += figures_row(name(report, c), {one.precision, one.recall, one.f1},
                        fmt::format("<td>{}</td><td>{}</td>", one.support, one.answered));
  }
  rows += figures_row("<b>mean of the classes</b>", report.macro, "<td></td><td></td>");
  rows += figures_row("<b>weighted by examples</b>", report.weighted, "<td></td><td></td>");
  const std::string text =
      "Precision: of the examples with this answer, the share that is of the class. Recall: of the "
      "class's examples, the share that gets this answer. F1: their harmonic mean." +
      (shown.size() < report.figures.size()
           ? fmt::format(" Of {} classes, the {} with the lowest F1.", report.figures.size(),
                         shown.size())
           : std::string());
  return section(
      "Each class",
      paragraph(text) +
          "<div class=\"scroll\"><table><tr><th class=\"text\">class</th><th>precision</th>"
          "<th>recall</th><th>F1</th><th>examples</th><th>answers</th></tr>\n" +
          rows + "</table></div>\n");
}

std::string mistakes_section(const ClassifierReport& report, const Model& model,
                             const Dataset& data) {
  const std::string title = "Its surest mistakes";
  if (report.mistakes.empty()) return section(title, paragraph("There is none."));
  std::string pictures, rows;
  for (const Mistake& mistake : report.mistakes) {
    const Features& features = data.test.features;
    if (const auto image = picture_of(data, features, mistake.row))
      pictures += mistake_picture(report, mistake, *image);
    else
      rows += mistake_row(report, mistake, values_of(model, features, mistake.row));
  }
  std::string body = paragraph(fmt::format(
      "Wrong answers with the most confidence ({}). Where the truth seems wrong, look at the data.",
      report.confidence_from));
  if (!pictures.empty()) body += "<div class=\"mistakes\">" + pictures + "</div>\n";
  if (!rows.empty())
    body +=
        "<div class=\"scroll\"><table><tr><th>row</th><th class=\"text\">true class</th>"
        "<th class=\"text\">answer</th><th>confidence</th><th class=\"text\">values</th></tr>\n" +
        rows + "</table></div>\n";
  return section(title, body);
}

std::string confidence_section(const ClassifierReport& report) {
  std::string charts = report::draw_reliability("As the network says it", report.plain.bins);
  std::string rows = confidence_row("as the network says it", report.plain);
  if (report.tempered) {
    const std::string at = fmt::format("at temperature {:.3g}", report.temperature);
    charts += report::draw_reliability("Scaled, " + at, report.tempered->bins);
    rows += confidence_row(at, *report.tempered);
  }
  const std::string text = fmt::format(
      "Of the answers given with 80% of confidence, 80% should be right: on the line. Orange: they "
      "are right less often than it says; green: more often. Confidence is {}{}.",
      report.confidence_from,
      report.tempered ? ", or the softmax of the last layer's sums over the temperature"
                      : "; `lithe calibrate` fits a temperature to it");
  return section(
      "Can its confidence be believed?",
      paragraph(text) + "<div class=\"charts\">" + charts + "</div>\n" +
          "<div class=\"scroll\"><table><tr><th class=\"text\">confidence</th>"
          "<th>expected error</th><th>with equal counts</th><th>largest error</th>"
          "<th>mean confidence</th><th>right</th></tr>\n" +
          rows + "</table></div>\n" +
          paragraph("Expected error: the mean distance between confidence and accuracy over 15 "
                    "bins, by their examples (ECE; Guo and others, 2017); with equal counts: over "
                    "bins of as many examples each; largest: of any bin, however few it has."));
}

}  // namespace lithe::evaluation
