#include "data/tables/windows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>

#include "base/aligned.h"
#include "data/tables/table_part.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// The rows of a part, each with its features and then its targets, and the answers of its windows.
struct WindowMemory {
  base::AlignedArray<float> rows;
  std::vector<float> answers;
};

struct BothParts {
  std::shared_ptr<const WindowMemory> train, test;
};

// The windows of a part: how its rows lie, and how many windows there are.
struct PartForm {
  std::size_t rows, features, targets;
  WindowOptions options;

  std::size_t channels() const { return features + targets; }
  std::size_t outputs() const { return targets * options.horizons.size(); }
  std::size_t needed(bool answered) const {
    return options.length + (answered ? options.farthest() : 0);
  }
  std::size_t windows(bool answered) const {
    return rows < needed(answered) ? 0 : (rows - needed(answered)) / options.stride + 1;
  }
  // The row that the last one of window `w` is.
  std::size_t last_row(std::size_t w) const { return w * options.stride + options.length - 1; }
};

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void check_long_enough(const PartForm& form, bool answered, bool tested, const std::string& file) {
  if (form.windows(answered) > 0) return;
  const std::size_t needed = form.needed(answered);
  const std::string behind =
      answered ? fmt::format(" and an answer {} behind it", counted(form.options.farthest(), "row"))
               : "";
  const std::string taken =
      fmt::format("a window of {}{} take {}", counted(form.options.length, "row"), behind,
                  counted(needed, "row"));
  if (tested)
    throw Error(ErrorKind::data, fmt::format("{}, and there are {} to test on", taken, form.rows),
                file, "a smaller --window, or a larger --test-share");
  throw Error(ErrorKind::data, fmt::format("{}, and there are {}", taken, form.rows), file,
              "a smaller --window, or more rows");
}

void copy_rows(const Examples& part, const PartForm& form, float* to) {
  for (std::size_t row = 0; row < form.rows; ++row, to += form.channels()) {
    if (form.features > 0) std::memcpy(to, part.features.row(row), form.features * sizeof(float));
    std::copy_n(part.targets + row * form.targets, form.targets, to + form.features);
  }
}

std::vector<float> answers_of(const Examples& part, const PartForm& form) {
  std::vector<float> answers;
  answers.reserve(form.windows(true) * form.outputs());
  for (std::size_t w = 0; w < form.windows(true); ++w)
    for (const std::size_t horizon : form.options.horizons) {
      const float* const of = part.targets + (form.last_row(w) + horizon) * form.targets;
      answers.insert(answers.end(), of, of + form.targets);
    }
  return answers;
}

// One part, whose features and targets are replaced by those of its windows.
std::shared_ptr<const WindowMemory> take_part(Examples& part, const PartForm& form, bool answered) {
  const auto memory = std::make_shared<WindowMemory>();
  check_table_memory(form.rows, form.channels(), sizeof(float));
  memory->rows = base::AlignedArray<float>(form.rows * form.channels());
  copy_rows(part, form, memory->rows.data());
  if (answered) memory->answers = answers_of(part, form);
  const std::size_t row_bytes = form.channels() * sizeof(float);
  part.features = {memory->rows.data(),
                   ElementType::float32,
                   form.windows(answered),
                   form.options.length * form.channels(),
                   form.options.stride * row_bytes,
                   1};
  part.targets = answered ? memory->answers.data() : nullptr;
  part.target_columns = answered ? form.outputs() : 0;
  part.overlap = std::max<std::size_t>(1, (form.needed(true) - 1) / form.options.stride);
  return memory;
}

// `known_row(answer row, horizon)`: the row whose value is the forecast; -1: there is none.
template <typename KnownRow>
NaiveForecast judge(const std::string& name, const Examples& part, const PartForm& form,
                    const KnownRow& known_row) {
  NaiveForecast result{name, 0, 0, 0};
  double squares = 0, sizes = 0;
  for (std::size_t w = 0; w < form.windows(true); ++w) {
    bool whole = true;
    for (const std::size_t horizon : form.options.horizons)
      whole = whole && known_row(form.last_row(w), horizon) >= 0;
    if (!whole) continue;
    ++result.windows;
    for (const std::size_t horizon : form.options.horizons) {
      const auto from = static_cast<std::size_t>(known_row(form.last_row(w), horizon));
      const std::size_t to = form.last_row(w) + horizon;
      for (std::size_t t = 0; t < form.targets; ++t) {
        const double error = static_cast<double>(part.targets[from * form.targets + t]) -
                             static_cast<double>(part.targets[to * form.targets + t]);
        squares += error * error, sizes += std::abs(error);
      }
    }
  }
  const double count =
      static_cast<double>(std::max<std::size_t>(1, result.windows * form.outputs()));
  result.rmse = std::sqrt(squares / count), result.mae = sizes / count;
  return result;
}

std::vector<NaiveForecast> judge_naive(const Examples& part, const PartForm& form) {
  std::vector<NaiveForecast> all = {
      judge("last value", part, form,
            [](std::size_t last, std::size_t) { return static_cast<std::ptrdiff_t>(last); })};
  const std::size_t season = form.options.season;
  if (season == 0) return all;
  // The nearest row, whole seasons before the answer, that is not behind the window.
  all.push_back(judge(fmt::format("{} before", counted(season, "row")), part, form,
                      [season](std::size_t last, std::size_t horizon) {
                        const std::size_t back = (horizon + season - 1) / season * season;
                        return static_cast<std::ptrdiff_t>(last + horizon) -
                               static_cast<std::ptrdiff_t>(back);
                      }));
  if (all.back().windows == 0) all.pop_back();
  return all;
}

WindowReport report_of(const TableData& table, const WindowOptions& options) {
  WindowReport report;
  report.options = options;
  report.channels = table.schema.feature_names();
  const std::vector<std::string> targets = table.schema.target_names();
  report.channels.insert(report.channels.end(), targets.begin(), targets.end());
  report.answers = options.answer_names(targets);
  return report;
}

}  // namespace

void check_window_options(const TableOptions& options) {
  const CsvOptions& csv = options.csv;
  if (!csv.group.empty())
    throw Error(ErrorKind::usage, "windows are taken of one series, and groups are several",
                "--group, --window", "a file for each series, and --group left out");
  if (!csv.weight.empty())
    throw Error(ErrorKind::usage, "windows have no weights", "--weight, --window",
                "leave one of them out");
  if (csv.task == TableTask::classification || csv.task == TableTask::multi_label)
    throw Error(ErrorKind::usage, "windows forecast numbers, not classes", "--task, --window",
                "--task regression");
}

void check_times(std::span<const double> times, const std::string& column,
                 const std::string& file) {
  for (std::size_t row = 1; row < times.size(); ++row) {
    if (times[row] > times[row - 1]) continue;
    const bool same = times[row] == times[row - 1];
    throw Error(ErrorKind::data,
                fmt::format("row {} {} row {} before it, by \"{}\": windows are rows in the order "
                            "of time",
                            row + 1, same ? "has the time of" : "is earlier than", row, column),
                file, same ? "one row for each time" : "the rows sorted by time");
  }
}

std::vector<TableNote> note_spacing(std::span<const double> times, const std::string& column) {
  if (times.size() < 3) return {};
  std::vector<double> steps;
  for (std::size_t row = 1; row < times.size(); ++row) steps.push_back(times[row] - times[row - 1]);
  std::vector<double> sorted = steps;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  // Months have 28 to 31 days.
  const auto is_long = [usual = *middle](double step) { return step > 1.5 * usual; };
  const auto count = std::ranges::count_if(steps, is_long);
  if (count == 0) return {};
  const auto first = std::ranges::find_if(steps, is_long) - steps.begin();
  return {
      {false,
       fmt::format("by \"{}\", {} of {} steps from row to row {} longer than the usual one, the "
                   "first behind row {}: a window counts rows, not time",
                   column, count, steps.size(), count == 1 ? "is" : "are", first + 1),
       {}}};
}

void check_all_rows(std::span<const std::size_t> left_out, const std::string& file) {
  if (left_out.empty()) return;
  throw Error(ErrorKind::data,
              fmt::format("row {} is left out, because a value is missing, and windows need every "
                          "row",
                          left_out.front() + 1),
              file, "the value filled in, or a file that begins behind that row");
}

void take_windows(TableData& table, const WindowOptions& options) {
  Dataset& data = table.data;
  const bool answered = !options.without_answers;
  BothParts memory;
  table.windows = report_of(table, options);
  const std::size_t targets = table.schema.target_names().size();
  std::size_t whole = 0, taken = 0;
  for (const bool tested : {false, true}) {
    Examples& part = tested ? data.test : data.train;
    const PartForm form{part.features.rows, table.schema.feature_count(), targets, options};
    whole += form.rows;
    if (form.rows == 0) continue;
    // Of a file that a model is shown, all rows are to test on.
    check_long_enough(form, answered, tested && data.train.features.rows > 0, data.name);
    if (tested && answered) table.windows->naive = judge_naive(part, form);
    taken += form.windows(answered);
    (tested ? memory.test : memory.train) = take_part(part, form, answered);
  }
  const PartForm all{whole, table.schema.feature_count(), targets, options};
  if (data.train.features.rows > 0 && data.test.features.rows > 0)
    table.windows->between = all.windows(answered) - taken;
  const std::size_t channels = all.channels();
  for (Examples* part : {&data.train, &data.test})
    if (part->features.rows == 0) {
      part->features.columns = options.length * channels;
      part->features.row_stride = channels * sizeof(float);
      part->target_columns = answered ? all.outputs() : 0;
    }
  data.shape = {options.length, channels};
  data.memory = std::make_shared<BothParts>(std::move(memory));
}

}  // namespace lithe::data

namespace lithe {

std::size_t WindowOptions::farthest() const {
  return horizons.empty() ? 0 : *std::ranges::max_element(horizons);
}

std::vector<std::string> WindowOptions::answer_names(
    const std::vector<std::string>& targets) const {
  if (length == 0 || horizons == std::vector<std::size_t>{1}) return targets;
  std::vector<std::string> names;
  for (const std::size_t horizon : horizons)
    for (const std::string& target : targets)
      names.push_back(fmt::format("{}, {} row{} ahead", target, horizon, horizon == 1 ? "" : "s"));
  return names;
}

std::string WindowOptions::to_string() const {
  return fmt::format("{} {} {} {}", length, stride, season, fmt::join(horizons, ","));
}

WindowOptions WindowOptions::parse(const std::string& text) {
  constexpr std::size_t kMost = std::size_t{1} << 32, kMostHorizons = 10'000;
  WindowOptions options;
  options.horizons.clear();
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto fail = [&] {
    throw Error(ErrorKind::model, fmt::format("'{:.60}' does not say what windows are", text));
  };
  const auto number = [&](std::size_t least, char behind) {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value < least || value > kMost) fail();
    if (behind != 0 && (stop == end || *stop != behind)) fail();
    at = behind == 0 ? stop : stop + 1;
    return value;
  };
  options.length = number(1, ' ');
  options.stride = number(1, ' ');
  options.season = number(0, ' ');
  for (;;) {
    options.horizons.push_back(number(1, 0));
    if (at == end) return options;
    if (*at++ != ',' || options.horizons.size() == kMostHorizons) fail();
  }
}

}  // namespace lithe
