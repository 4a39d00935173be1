// Answers for tables by the model's own schema, and forecasts of the rows behind their end.
#include "lithe/forecast.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "calls.h"
#include "lithe/error.h"

namespace lithe::python {

namespace {

std::string note_of(const Model& model, const char* key) {
  const auto found = model.metadata().find(key);
  return found == model.metadata().end() ? "" : found->second;
}

// A table as the model's training took it, all of it, as windows where it was taken as windows; of
// these each one, for what comes behind the last row. `delimiter`: one sign; empty: what divides
// the first lines evenly.
TableData read_for(const Model& model, const std::filesystem::path& file,
                   const std::string& delimiter, bool every_window) {
  const std::string& schema = model.preprocessing().schema;
  if (schema.empty())
    throw Error(
        ErrorKind::usage, "the model does not keep how tables are read", "",
        "a model that was trained on a table: by `lithe train`, or by fit(read_table(...))");
  TableOptions options;
  options.target_use = TargetUse::ignore;
  if (!delimiter.empty()) options.csv.delimiter = delimiter.front();
  if (const std::string windows = note_of(model, "lithe.windows"); !windows.empty()) {
    options.windows = WindowOptions::parse(windows);
    options.windows.without_answers = true;
    if (every_window) options.windows.stride = 1;
    options.csv.time = note_of(model, "lithe.time");
    options.csv.group = note_of(model, "lithe.group");
  }
  return interruptible([&](Progress& progress) {
    options.progress = [&progress](auto...) { return progress.goes_on(); };
    return apply_table(file, TableSchema::from_json(schema), options);
  });
}

const Features& rows_of(const TableData& table) {
  const Dataset& data = table.data;
  return data.test.features.rows > 0 ? data.test.features : data.train.features;
}

// Each row in a place of its own: windows overlap.
template <typename T>
nb::object copied(const Features& rows) {
  std::vector<T> values;
  values.reserve(rows.rows * rows.columns);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto* const from = reinterpret_cast<const T*>(rows.row(row));
    values.insert(values.end(), from, from + rows.columns);
  }
  return nb::cast(array_of<T>(values, {rows.rows, rows.columns}));
}

// The features of a table's rows as the model takes them; of texts, how many tokens each has; and
// which rows were left out.
nb::tuple features_for(const Model& model, const std::filesystem::path& file,
                       const std::string& delimiter) {
  const TableData table = read_for(model, file, delimiter, false);
  const Features& rows = rows_of(table);
  nb::object values, lengths = nb::none();
  if (rows.type == ElementType::float32)
    values = copied<float>(rows);
  else if (rows.type == ElementType::int32)
    values = copied<std::int32_t>(rows);
  else
    throw Error(ErrorKind::data, "the table's values are no numbers", file.string(), "a .csv");
  if (rows.lengths != nullptr)
    lengths = nb::cast(array_of<std::int32_t>(std::span(rows.lengths, rows.rows), {rows.rows}));
  return nb::make_tuple(values, lengths, table.left_out);
}

nb::list forecast(const Model& model, const std::filesystem::path& file,
                  const std::string& delimiter, std::size_t steps) {
  const TableData table = read_for(model, file, delimiter, true);
  if (!table.windows)
    throw Error(ErrorKind::usage, "the model answers for each row, and forecasts none", "",
                "a model that was trained with `window`");
  const std::vector<Forecast> all = interruptible(
      [&](Progress&) { return roll_forward(model, table.data, *table.windows, steps); });
  nb::list result;
  for (const Forecast& one : all) {
    nb::dict series;
    series["series"] = one.series;
    series["rows"] = one.rows;
    series["values"] = array_of<double>(one.values, {steps, one.targets.size()});
    series["picture"] = draw_forecast(one);
    result.append(series);
  }
  return result;
}

std::vector<std::string> target_names(const Model& model) {
  const std::string& schema = model.preprocessing().schema;
  if (schema.empty()) return {};
  const std::vector<std::string> names = TableSchema::from_json(schema).target_names();
  const std::string windows = note_of(model, "lithe.windows");
  return windows.empty() ? names : WindowOptions::parse(windows).answer_names(names);
}

}  // namespace

void add_forecasts(nb::module_& module) {
  module.def("_table_features", &features_for, nb::arg("model"), nb::arg("file"),
             nb::arg("delimiter"));
  module.def("_forecast", &forecast, nb::arg("model"), nb::arg("file"), nb::arg("delimiter"),
             nb::arg("steps"));
  module.def("_target_names", &target_names, nb::arg("model"));
  // Of a table with learned numbers for its categories (lithe/table.h).
  module.def(
      "_row_columns",
      [](const std::string& schema, std::size_t behind) {
        return TableSchema::from_json(schema).row_columns(behind);
      },
      nb::arg("schema"), nb::arg("behind"));
  module.def("_embedding_size", &embedding_size, nb::arg("categories"));
}

}  // namespace lithe::python
