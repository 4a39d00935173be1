#include "lithe/forecast.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "lithe/error.h"
#include "report/chart.h"

namespace lithe {

namespace {

constexpr const char* kOption = "--steps";

void check_can_roll(const WindowReport& windows, std::size_t targets) {
  const std::vector<std::size_t>& horizons = windows.options.horizons;
  if (windows.channels.size() > targets) {
    const std::vector<std::string> others(
        windows.channels.begin(), windows.channels.end() - static_cast<std::ptrdiff_t>(targets));
    throw Error(ErrorKind::usage,
                fmt::format("the model looks at {:.200} beside what it forecasts, and what these "
                            "will be is not known",
                            fmt::to_string(fmt::join(others, ", "))),
                kOption,
                "a model that forecasts several rows at once (lithe train --horizon 1..24), or one "
                "of the target alone (--ignore COLUMNS)");
  }
  for (std::size_t i = 0; i < horizons.size(); ++i)
    if (horizons[i] != i + 1)
      throw Error(ErrorKind::usage,
                  fmt::format("the model forecasts {} rows ahead, and not all rows up to there",
                              fmt::join(horizons, ", ")),
                  kOption, "a model that was trained with --horizon 1, or 1..24");
}

// The last window of each series.
struct Ends {
  std::vector<std::size_t> windows;
  std::vector<Forecast> forecasts;
};

Ends find_ends(const Examples& part, const WindowReport& windows,
               const std::vector<WindowPlace>& places) {
  Ends ends;
  const std::size_t length = windows.options.length;
  for (std::size_t w = 0; w < part.features.rows; ++w) {
    const bool last = w + 1 == part.features.rows ||
                      (!places.empty() && places[w + 1].series != places[w].series);
    if (!last) continue;
    ends.windows.push_back(w);
    Forecast& forecast = ends.forecasts.emplace_back();
    if (!places.empty()) forecast.series = windows.series[places[w].series];
    const std::size_t first = places.empty() ? w * windows.options.stride : places[w].first;
    forecast.rows = first + length;
  }
  return ends;
}

}  // namespace

std::vector<Forecast> roll_forward(const Model& model, const Dataset& data,
                                   const WindowReport& windows, std::size_t steps) {
  const bool tested = data.test.features.rows > 0;
  const Examples& part = tested ? data.test : data.train;
  const std::size_t at_once = windows.options.horizons.size();
  const std::size_t targets = windows.answers.size() / at_once;
  check_can_roll(windows, targets);
  Ends ends = find_ends(part, windows, tested ? windows.test_places : windows.train_places);
  const std::size_t size = part.features.columns, count = ends.windows.size();
  const std::vector<std::string> names =
      TableSchema::from_json(model.preprocessing().schema).target_names();
  std::vector<float> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* values = reinterpret_cast<const float*>(part.features.row(ends.windows[i]));
    rows.insert(rows.end(), values, values + size);
    ends.forecasts[i].targets = names;
    ends.forecasts[i].known.assign(values, values + size);
  }
  for (std::size_t done = 0; done < steps; done += at_once) {
    const std::vector<double> outputs = model.predict(Features::of(rows, count, size));
    const std::size_t taken = std::min(at_once, steps - done) * targets;
    for (std::size_t i = 0; i < count; ++i) {
      const auto from = outputs.begin() + static_cast<std::ptrdiff_t>(i * at_once * targets);
      std::vector<double>& values = ends.forecasts[i].values;
      values.insert(values.end(), from, from + static_cast<std::ptrdiff_t>(taken));
      // What is forecast stands behind what is known, and the window goes on.
      std::vector<float> row(rows.begin() + static_cast<std::ptrdiff_t>(i * size),
                             rows.begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
      for (std::size_t n = 0; n < at_once * targets; ++n)
        row.push_back(static_cast<float>(from[static_cast<std::ptrdiff_t>(n)]));
      std::copy(row.end() - static_cast<std::ptrdiff_t>(size), row.end(),
                rows.begin() + static_cast<std::ptrdiff_t>(i * size));
    }
  }
  return std::move(ends.forecasts);
}

std::string draw_forecast(const Forecast& forecast) {
  const std::size_t targets = forecast.targets.size();
  const std::size_t known = forecast.known.size() / targets,
                    steps = forecast.values.size() / targets;
  std::vector<std::string> charts;
  for (std::size_t t = 0; t < targets; ++t) {
    std::vector<double> x, y, ahead_x, ahead_y;
    for (std::size_t i = 0; i < known; ++i) {
      x.push_back(static_cast<double>(forecast.rows - known + 1 + i));
      y.push_back(forecast.known[i * targets + t]);
    }
    ahead_x = {x.back()}, ahead_y = {y.back()};
    for (std::size_t i = 0; i < steps; ++i) {
      ahead_x.push_back(static_cast<double>(forecast.rows + 1 + i));
      ahead_y.push_back(forecast.values[i * targets + t]);
    }
    std::vector<double> all_x = x, all_y = y;
    all_x.insert(all_x.end(), ahead_x.begin(), ahead_x.end());
    all_y.insert(all_y.end(), ahead_y.begin(), ahead_y.end());
    const std::string name =
        (forecast.series.empty() ? "" : forecast.series + ": ") + forecast.targets[t];
    report::Chart chart(name, "row", forecast.targets[t], {all_x, false, true}, {all_y});
    chart.line(x, y, report::kInk);
    chart.line(ahead_x, ahead_y, report::kBlue);
    chart.legend({{"known", report::kInk}, {"forecast", report::kBlue}});
    charts.push_back(chart.finish());
  }
  return report::picture_of(charts);
}

}  // namespace lithe
