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
  return report::picture_of(report::history_charts(history));
}

}  // namespace lithe
