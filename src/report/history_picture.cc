#include "report/history_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "report/chart.h"

namespace lithe {

namespace report {

namespace {

std::vector<double> figure_of(const std::vector<EpochFigures>& history,
                              double EpochFigures::*figure) {
  std::vector<double> values;
  for (const EpochFigures& epoch : history) values.push_back(epoch.*figure);
  return values;
}

}  // namespace

std::vector<std::string> history_charts(const std::vector<EpochFigures>& history) {
  std::vector<double> epochs;
  for (const EpochFigures& epoch : history) epochs.push_back(static_cast<double>(epoch.epoch));
  const auto curve = [&](const char* name, const char* colour, double EpochFigures::*figure) {
    return Curve{name, colour, figure_of(history, figure)};
  };
  std::vector<std::string> charts = {
      draw_curves("Loss", "mean over the examples", epochs,
                  {curve("training", kBlue, &EpochFigures::loss),
                   curve("validation", kGreen, &EpochFigures::validation_loss),
                   curve("test", kOrange, &EpochFigures::test_loss)}),
      draw_curves("Accuracy", "fraction of the examples", epochs,
                  {curve("validation", kGreen, &EpochFigures::validation_accuracy),
                   curve("test", kOrange, &EpochFigures::test_accuracy)}),
      draw_curves("Error", "RMSE", epochs, {curve("test", kOrange, &EpochFigures::test_rmse)})};
  const Curve rate = curve("learning rate", kBlue, &EpochFigures::learning_rate);
  if (std::ranges::adjacent_find(rate.values, std::ranges::not_equal_to()) != rate.values.end())
    charts.push_back(draw_curves("Learning rate", "at the last step of the epoch", epochs, {rate}));
  std::erase(charts, "");
  return charts;
}

}  // namespace report

std::string draw_history(const std::vector<EpochFigures>& history) {
  constexpr std::pair<const char*, const char*> kColours[] = {
      {report::kInk, "#222"},     {report::kSoft, "#666"},      {report::kLine, "#ddd"},
      {report::kBlue, "#1f5fa8"}, {report::kOrange, "#c0562b"}, {report::kGreen, "#2c7a3f"}};
  const std::vector<std::string> charts = report::history_charts(history);
  const double width = report::Chart::kWidth * static_cast<double>(charts.size());
  std::string picture = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, report::Chart::kHeight);
  for (std::size_t i = 0; i < charts.size(); ++i) {
    std::string chart = charts[i];
    chart.insert(4, fmt::format(" x=\"{}\"", report::Chart::kWidth * static_cast<double>(i)));
    picture += chart + "\n";
  }
  for (const auto& [name, colour] : kColours)
    for (std::size_t at = 0; (at = picture.find(name, at)) != picture.npos;)
      picture.replace(at, std::string_view(name).size(), colour);
  return picture + "</svg>\n";
}

}  // namespace lithe
