// Forecasts of several rows by a model of windows (lithe/table.h): it forecasts from the last
// window of a series, and what it forecasts becomes part of the next window.
//
//   lithe::TableOptions options;  // as the model was trained, with
//   options.windows.without_answers = true, options.windows.stride = 1;
//   const auto table = lithe::apply_table("load.csv", schema, options);
//   const auto all = lithe::roll_forward(model, table.data, *table.windows, 24);
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/model.h"
#include "lithe/table.h"

namespace lithe {

struct Forecast {
  std::string series;    // its name; empty: the table is one series
  std::size_t rows = 0;  // of the series: the first forecast is for row rows + 1
  std::vector<std::string> targets;
  std::vector<double> known;   // [length of a window][targets], the last rows of the series
  std::vector<double> values;  // [steps][targets]
};

// The next `steps` rows of each series. `data`: its rows to test on (or, if there are none, those
// to train on), as windows of stride 1. Errors grow from step to step, for each rests on those
// before it; a model with `--horizon 1..24` answers 24 rows at once.
//
// Throws Error(usage) where the model looks at columns beside its targets, which nobody knows of
// rows to come, or where its horizons are not 1, or 1, 2, 3 and so on; Error(numeric) where a
// forecast is not a number.
std::vector<Forecast> roll_forward(const Model& model, const Dataset& data,
                                   const WindowReport& windows, std::size_t steps);

// An SVG file: a chart for each target, what is known and the forecast behind it.
std::string draw_forecast(const Forecast& forecast);

}  // namespace lithe
