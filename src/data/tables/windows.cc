#include "data/tables/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>

#include "base/aligned.h"
#include "data/tables/table_part.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// The rows of a part, series by series, each with its features and then its targets; the answers of
// its windows, and where there are several series, the row that each window begins with.
struct WindowMemory {
  base::AlignedArray<float> rows;
  std::vector<float> answers;
  std::vector<std::uint32_t> starts;
};

struct BothParts {
  std::shared_ptr<const WindowMemory> train, test;
};

// Rows of one series that follow one another.
struct Run {
  std::size_t begin, end;
  std::uint32_t series;
};

struct Window {
  std::size_t first;  // row
  const Run* run;
};

// The windows of a part: how its rows lie, and which windows there are.
struct PartForm {
  std::size_t rows, features, targets;
  WindowOptions options;
  bool answered;
  bool known;  // the windows are those of a model
  std::vector<Run> runs;
  std::vector<std::uint32_t> order = {};  // of the rows, where there are several series

  std::size_t channels() const { return features + targets; }
  std::size_t outputs() const { return targets * options.horizons.size(); }
  std::size_t behind() const { return answered ? options.farthest() : 0; }
  std::size_t needed() const { return options.length + behind(); }
  std::vector<Window> windows() const {
    std::vector<Window> all;
    for (const Run& run : runs)
      for (std::size_t row = run.begin; row + needed() <= run.end; row += options.stride)
        all.push_back({row, &run});
    return all;
  }
};

// The rows of each series, in the order of the file. `series`: of each row; empty: all are one.
void find_runs(std::span<const std::uint32_t> series, PartForm& form) {
  if (series.empty()) {
    if (form.rows > 0) form.runs = {{0, form.rows, 0}};
    return;
  }
  form.order.resize(form.rows);
  std::iota(form.order.begin(), form.order.end(), 0u);
  std::ranges::stable_sort(form.order, {}, [&](std::uint32_t row) { return series[row]; });
  for (std::size_t begin = 0, end = 0; begin < form.rows; begin = end) {
    const std::uint32_t one = series[form.order[begin]];
    while (end < form.rows && series[form.order[end]] == one) ++end;
    form.runs.push_back({begin, end, one});
  }
}

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// What helps is an option that is enough by itself, or more rows. Those of a model are as they are.
void check_long_enough(const PartForm& form, bool tested, const std::string& file) {
  std::size_t longest = 0;
  for (const Run& run : form.runs) longest = std::max(longest, run.end - run.begin);
  if (longest >= form.needed()) return;
  const std::string behind = form.answered ? fmt::format(" and an answer {} behind it",
                                                         counted(form.options.farthest(), "row"))
                                           : "";
  const std::string taken =
      fmt::format("a window of {}{} take {}", counted(form.options.length, "row"), behind,
                  counted(form.needed(), "row"));
  const char* const where = form.order.empty() ? "" : " in the longest group";
  throw Error(
      ErrorKind::data,
      fmt::format("{}, and there are {}{}{}", taken, longest, tested ? " to test on" : "", where),
      file,
      form.known                      ? fmt::format("a file with {} rows or more", form.needed())
      : longest > form.behind()       ? "a smaller --window, or more rows"
      : longest > form.options.length ? "a smaller --horizon, or more rows"
                                      : "more rows");
}

// A series that is too short for a window has none.
void note_short_series(const PartForm& form, const std::string& what, const RowSeries& series,
                       std::vector<TableNote>& notes) {
  std::size_t count = 0;
  std::string first;
  for (const Run& run : form.runs) {
    if (run.end - run.begin >= form.needed()) continue;
    if (count++ == 0) first = series.names[run.series];
  }
  if (count == 0) return;
  notes.push_back(
      {false,
       fmt::format("{} of {} groups {} too few rows{} for a window, \"{:.40}\" among them", count,
                   form.runs.size(), count == 1 ? "has" : "have", what, first),
       {}});
}

void copy_rows(const Examples& part, const PartForm& form, float* to) {
  for (std::size_t i = 0; i < form.rows; ++i, to += form.channels()) {
    const std::size_t row = form.order.empty() ? i : form.order[i];
    if (form.features > 0) std::memcpy(to, part.features.row(row), form.features * sizeof(float));
    std::copy_n(part.targets + row * form.targets, form.targets, to + form.features);
  }
}

// The targets' own values in a row of the memory.
const float* targets_of(const WindowMemory& memory, const PartForm& form, std::size_t row) {
  return memory.rows.data() + row * form.channels() + form.features;
}

std::vector<float> answers_of(const WindowMemory& memory, const PartForm& form,
                              const std::vector<Window>& windows) {
  std::vector<float> answers;
  answers.reserve(windows.size() * form.outputs());
  for (const Window& window : windows)
    for (const std::size_t horizon : form.options.horizons) {
      const float* const of =
          targets_of(memory, form, window.first + form.options.length - 1 + horizon);
      answers.insert(answers.end(), of, of + form.targets);
    }
  return answers;
}

// The rows in front of a part to test on, if they are known: those to train on.
struct Before {
  const WindowMemory* memory = nullptr;
  const PartForm* form = nullptr;

  // The targets of the row that is `back` rows in front of the first one to test on of a series
  // (1: the last of these); null: there is none.
  const float* targets(std::uint32_t series, std::size_t back) const {
    if (memory == nullptr) return nullptr;
    const auto run = std::ranges::lower_bound(form->runs, series, {}, &Run::series);
    if (run == form->runs.end() || run->series != series || back > run->end - run->begin)
      return nullptr;
    return targets_of(*memory, *form, run->end - back);
  }
};

// `known(window, horizon)`: the targets that are the forecast; null: there are none.
template <typename Known>
NaiveForecast judge(const std::string& name, const WindowMemory& memory, const PartForm& form,
                    const std::vector<Window>& windows, const Known& known) {
  NaiveForecast result{name, 0, 0, 0};
  double squares = 0, sizes = 0;
  for (const Window& window : windows) {
    bool whole = true;
    for (const std::size_t horizon : form.options.horizons)
      whole = whole && known(window, horizon) != nullptr;
    if (!whole) continue;
    ++result.windows;
    for (const std::size_t horizon : form.options.horizons) {
      const float* const from = known(window, horizon);
      const float* const to =
          targets_of(memory, form, window.first + form.options.length - 1 + horizon);
      for (std::size_t t = 0; t < form.targets; ++t) {
        const double error = static_cast<double>(from[t]) - static_cast<double>(to[t]);
        squares += error * error, sizes += std::abs(error);
      }
    }
  }
  const double count =
      static_cast<double>(std::max<std::size_t>(1, result.windows * form.outputs()));
  result.rmse = std::sqrt(squares / count), result.mae = sizes / count;
  return result;
}

std::vector<NaiveForecast> judge_naive(const WindowMemory& memory, const PartForm& form,
                                       const std::vector<Window>& windows, const Before& before) {
  const std::size_t length = form.options.length, season = form.options.season;
  std::vector<NaiveForecast> all = {
      judge("last value", memory, form, windows, [&](const Window& window, std::size_t) {
        return targets_of(memory, form, window.first + length - 1);
      })};
  if (season == 0) return all;
  // The nearest row of the series, whole seasons before the answer, that is not behind the window.
  all.push_back(judge(fmt::format("{} before", counted(season, "row")), memory, form, windows,
                      [&](const Window& window, std::size_t horizon) {
                        const std::size_t back = (horizon + season - 1) / season * season;
                        const std::size_t row = window.first + length - 1 + horizon;
                        const std::size_t begin = window.run->begin;
                        return row >= begin + back
                                   ? targets_of(memory, form, row - back)
                                   : before.targets(window.run->series, begin + back - row);
                      }));
  return all;
}

// One part, whose features and targets are replaced by those of its windows.
std::shared_ptr<const WindowMemory> take_part(Examples& part, const PartForm& form,
                                              const std::vector<Window>& windows) {
  const auto memory = std::make_shared<WindowMemory>();
  check_table_memory(form.rows, form.channels(), sizeof(float));
  memory->rows = base::AlignedArray<float>(form.rows * form.channels());
  copy_rows(part, form, memory->rows.data());
  if (form.answered) memory->answers = answers_of(*memory, form, windows);
  const bool several = !form.order.empty();
  for (std::size_t i = 0; i < windows.size() && several; ++i)
    memory->starts.push_back(static_cast<std::uint32_t>(windows[i].first));
  part.features = {
      .data = memory->rows.data(),
      .type = ElementType::float32,
      .rows = windows.size(),
      .columns = form.options.length * form.channels(),
      .row_stride = (several ? 1 : form.options.stride) * form.channels() * sizeof(float),
      .divisor = 1,
      .starts = several ? memory->starts.data() : nullptr};
  part.targets = form.answered ? memory->answers.data() : nullptr;
  part.target_columns = form.answered ? form.outputs() : 0;
  const std::size_t reach = form.options.length + form.options.farthest();
  part.overlap = std::max<std::size_t>(1, (reach - 1) / form.options.stride);
  return memory;
}

WindowReport report_of(const TableData& table, const WindowOptions& options) {
  WindowReport report;
  report.options = options;
  report.channels = table.schema.feature_names();
  const std::vector<std::string> targets = table.schema.target_names();
  report.channels.insert(report.channels.end(), targets.begin(), targets.end());
  report.answers = options.answer_names(targets);
  report.series = table.series.names;
  return report;
}

// Windows of the rows of both parts together, as if nothing divided them.
std::size_t count_undivided(const TableData& table, const PartForm& form) {
  std::map<std::uint32_t, std::size_t> rows;
  for (const auto* part : {&table.series.train, &table.series.test})
    for (const std::uint32_t series : *part) ++rows[series];
  if (rows.empty()) rows[0] = table.data.train.features.rows + table.data.test.features.rows;
  std::size_t count = 0;
  for (const auto& [series, size] : rows)
    if (size >= form.needed()) count += (size - form.needed()) / form.options.stride + 1;
  return count;
}

// One part, which has rows, with its windows in the place of its rows.
std::shared_ptr<const WindowMemory> take(TableData& table, const PartForm& form, bool tested,
                                         bool both, const Before& before) {
  // Of a file that a model is shown, all rows are to test on.
  check_long_enough(form, tested && both, table.data.name);
  if (!form.order.empty())
    note_short_series(form,
                      !both    ? ""
                      : tested ? " to test on"
                               : " to train on",
                      table.series, table.notes);
  const std::vector<Window> windows = form.windows();
  auto memory = take_part(tested ? table.data.test : table.data.train, form, windows);
  if (tested && form.answered) table.windows->naive = judge_naive(*memory, form, windows, before);
  for (const Window& window : windows)
    if (!form.order.empty())
      (tested ? table.windows->test_places : table.windows->train_places)
          .push_back(
              {window.run->series, static_cast<std::uint32_t>(window.first - window.run->begin)});
  return memory;
}

}  // namespace

void check_window_options(const TableOptions& options) {
  const CsvOptions& csv = options.csv;
  if (!csv.weight.empty())
    throw Error(ErrorKind::usage, "windows have no weights", "--weight, --window",
                "leave one of them out");
  if (csv.task == TableTask::classification || csv.task == TableTask::multi_label)
    throw Error(ErrorKind::usage, "windows forecast numbers, not classes", "--task, --window",
                "--task regression");
}

void take_windows(TableData& table, const TableOptions& options, bool known) {
  Dataset& data = table.data;
  BothParts memory;
  table.windows = report_of(table, options.windows);
  PartForm form{0,
                table.schema.feature_count(),
                table.schema.target_names().size(),
                options.windows,
                !options.windows.without_answers,
                known,
                {}};
  const bool both = data.train.features.rows > 0 && data.test.features.rows > 0;
  const std::size_t undivided = both ? count_undivided(table, form) : 0;
  PartForm forms[2] = {form, form};
  for (const bool tested : {false, true}) {
    PartForm& of = forms[tested ? 1 : 0];
    of.rows = (tested ? data.test : data.train).features.rows;
    find_runs(tested ? table.series.test : table.series.train, of);
    if (of.rows == 0) continue;
    // Of a file of its own nobody knows what lies in front.
    Before before;
    if (tested && both && options.test_file.empty()) before = {memory.train.get(), &forms[0]};
    (tested ? memory.test : memory.train) = take(table, of, tested, forms[0].rows > 0, before);
  }
  if (both) table.windows->between = undivided - data.train.features.rows - data.test.features.rows;
  const std::size_t channels = form.channels();
  for (Examples* part : {&data.train, &data.test})
    if (part->features.rows == 0) {
      part->features.columns = options.windows.length * channels;
      part->features.row_stride = channels * sizeof(float);
      part->target_columns = form.answered ? form.outputs() : 0;
    }
  data.shape = {options.windows.length, channels};
  data.memory = std::make_shared<BothParts>(std::move(memory));
  table.series = {};
}

}  // namespace lithe::data
