// Files as arrays: tables, folders of pictures and data sets by name.
#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "bindings.h"
#include "calls.h"
#include "lithe/component.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/images.h"
#include "lithe/table.h"

namespace lithe::python {

namespace {

// An array that shows memory of a data set, and keeps it.
template <typename T>
nb::object view_of(const Dataset& data, const T* values, std::size_t rows, std::size_t columns,
                   std::size_t row_stride) {
  if (values == nullptr) return nb::none();
  nb::capsule owner(new Dataset(data),
                    [](void* memory) noexcept { delete static_cast<Dataset*>(memory); });
  const std::size_t shape[] = {rows, columns};
  const std::int64_t strides[] = {static_cast<std::int64_t>(row_stride), 1};
  return nb::cast(nb::ndarray<nb::numpy, const T, nb::ndim<2>>(values, 2, shape, owner, strides));
}

nb::object features_as_array(const Dataset& data, const Features& f) {
  const auto as = [&]<typename T>(T) {
    return view_of(data, static_cast<const T*>(f.data), f.rows, f.columns,
                   f.row_stride / sizeof(T));
  };
  switch (f.type) {
    case ElementType::uint8:
      return as(std::uint8_t{});
    case ElementType::int32:
      return as(std::int32_t{});
    case ElementType::float32:
      return as(float{});
    case ElementType::float64:
      return as(double{});
  }
  return as(float{});
}

nb::dict part_of(const Dataset& data, const Examples& part) {
  const std::size_t rows = part.features.rows;
  nb::dict result;
  Features features = part.features;
  // Of windows that do not follow one another evenly, the rows, and where each begins.
  if (features.starts != nullptr) {
    const std::size_t window = data.shape.front();
    features.columns /= window;
    features.rows = *std::max_element(features.starts, features.starts + rows) + window;
  }
  result["features"] = features_as_array(data, features);
  result["starts"] = view_of(data, part.features.starts, rows, 1, 1);
  result["lengths"] = view_of(data, part.features.lengths, rows, 1, 1);
  result["overlap"] = part.overlap;
  result["divisor"] = part.features.divisor;
  result["labels"] = view_of(data, part.labels, rows, 1, 1);
  result["targets"] = view_of(data, part.targets, rows, part.target_columns, part.target_columns);
  result["weights"] = view_of(data, part.weights, rows, 1, 1);
  return result;
}

nb::dict dict_of(const Dataset& data, const std::vector<std::string>& lines) {
  nb::dict result;
  result["train"] = part_of(data, data.train);
  result["test"] = part_of(data, data.test);
  result["shape"] = data.shape;
  result["class_names"] = data.class_names;
  result["lines"] = lines;
  return result;
}

nb::dict dict_of(const TableData& table) {
  nb::dict result = dict_of(table.data, describe(table));
  result["schema"] = table.schema.to_json();
  result["feature_names"] = table.schema.feature_names();
  result["target_names"] = table.schema.target_names();
  result["labels"] = table.schema.task == TableTask::multi_label;
  result["first_window"] = describe_first_window(table);
  if (!table.windows) return result;
  result["windows"] = table.windows->options.to_string();
  result["answers"] = table.windows->answers;
  nb::dict naive;
  for (const NaiveForecast& one : table.windows->naive) naive[one.name.c_str()] = one.rmse;
  result["naive"] = naive;
  return result;
}

// A column of texts; `window` is then how many tokens of a text are taken.
void read_text_options(Keywords& keywords, TableOptions& options) {
  std::string unit;
  keywords.read("text", unit);
  if (unit.empty()) return;
  TextColumnOptions text;
  text.unit = parse_text_unit(unit);
  keywords.read("text_column", text.column), keywords.read("most_words", text.most_words);
  if (options.windows.length > 0) text.most_tokens = options.windows.length;
  options.windows.length = 0;
  options.csv.text = text;
}

TableOptions table_options_of(const nb::dict& given) {
  TableOptions o;
  CsvOptions& csv = o.csv;
  Keywords keywords(given);
  const auto read = [&](const char* name, auto& option) { keywords.read(name, option); };
  read("target", csv.targets), read("task", csv.task), read("missing", csv.missing);
  read("indicator", csv.indicator), read("header", csv.header), read("ignore", csv.ignore);
  read("categorical", csv.categorical), read("numeric", csv.numeric);
  read("dates", csv.date_order), read("group", csv.group), read("time", csv.time);
  read("weight", csv.weight), read("test_data", o.test_file), read("test_share", o.test_share);
  read("seed", o.seed), read("layout", o.layout), read("inputs", o.features_name);
  read("answers", o.answers_name), read("unseen", o.unknown_category);
  read("embed_many", csv.embed_many), read("window", o.windows.length);
  read("horizons", o.windows.horizons), read("stride", o.windows.stride);
  read("season", o.windows.season);
  read_text_options(keywords, o);
  std::vector<std::pair<std::string, std::size_t>> embedded;
  read("embed", embedded);
  for (const auto& [column, size] : embedded) csv.embed.push_back({column, size});
  o.answers_file = o.answers_name;
  std::string delimiter, decimal;
  std::vector<std::string> missing_texts;
  read("delimiter", delimiter), read("decimal", decimal), read("missing_text", missing_texts);
  if (!delimiter.empty()) csv.delimiter = delimiter[0];
  if (!decimal.empty()) csv.decimal = decimal[0];
  csv.missing_texts.insert(csv.missing_texts.end(), missing_texts.begin(), missing_texts.end());
  return o;
}

TableData read_table(const std::filesystem::path& path, const nb::dict& given) {
  TableOptions options = table_options_of(given);
  std::string schema;
  Keywords(given).read("schema", schema);
  options.target_use = TargetUse::if_present;
  return interruptible([&](Progress& progress) {
    options.progress = [&progress](auto...) { return progress.goes_on(); };
    return schema.empty() ? load_table(path, options)
                          : apply_table(path, TableSchema::from_json(schema), options);
  });
}

nb::dict read_dataset(const std::string& name, const std::string& data_dir) {
  const Dataset data =
      interruptible([&](Progress&) { return load_dataset(name, data_folder(data_dir)); });
  nb::dict result = dict_of(
      data,
      {fmt::format("{}: {} examples of {}, {} to test on", data.name, data.train.features.rows,
                   Shape{data.shape}.to_string(), data.test.features.rows)});
  result["schema"] = data.schema;
  result["resize"] = std::string(lithe::name(data.resize));
  return result;
}

nb::list missing_of(const std::string& name, const std::string& data_dir,
                    const std::vector<std::string>& mirrors) {
  nb::list missing;
  for (const MissingFile& file : missing_files(name, data_folder(data_dir), mirrors))
    missing.append(nb::make_tuple(file.path, file.addresses, file.max_bytes));
  return missing;
}

void fetch(const std::string& name, const std::string& data_dir,
           const std::vector<std::string>& mirrors) {
  FetchOptions options;
  options.mirrors = mirrors;
  interruptible([&](Progress& progress) {
    options.progress = [&](const FetchProgress&) { return progress.goes_on(); };
    fetch_dataset(name, data_folder(data_dir), options);
  });
}

nb::dict read_images(const std::filesystem::path& folder, const nb::dict& given) {
  ImageOptions options;
  std::string resize = "crop", validation = "train", data_dir;
  Keywords keywords(given);
  const auto read = [&](const char* name, auto& option) { keywords.read(name, option); };
  read("height", options.height), read("width", options.width);
  read("channels", options.channels), read("skip_broken", options.skip_broken);
  read("max_pixels", options.max_pixels), read("test_share", options.test_share);
  read("seed", options.seed), read("resize", resize), read("val_folder", validation);
  read("data_dir", data_dir);
  options.resize = parse_resize(resize);
  options.validation = parse_validation_folder(validation);
  const ImageFolder loaded = interruptible([&](Progress& progress) {
    options.progress = [&progress](auto...) { return progress.goes_on(); };
    return load_image_folder(folder, options, data_folder(data_dir));
  });
  nb::dict result = dict_of(loaded.data, describe(loaded));
  result["files"] = loaded.train_files;
  result["test_files"] = loaded.test_files;
  result["skipped"] = loaded.skipped;
  return result;
}

}  // namespace

void add_reading(nb::module_& module) {
  nb::enum_<TableTask>(module, "TableTask")
      .value("auto", TableTask::automatic)
      .value("classification", TableTask::classification)
      .value("regression", TableTask::regression)
      .value("multi_label", TableTask::multi_label);
  nb::enum_<MissingPolicy>(module, "MissingPolicy")
      .value("error", MissingPolicy::error)
      .value("mean", MissingPolicy::mean)
      .value("median", MissingPolicy::median)
      .value("zero", MissingPolicy::zero)
      .value("drop", MissingPolicy::drop_row);
  nb::enum_<CsvHeader>(module, "CsvHeader")
      .value("auto", CsvHeader::automatic)
      .value("yes", CsvHeader::yes)
      .value("no", CsvHeader::no);
  nb::enum_<DateOrder>(module, "DateOrder")
      .value("auto", DateOrder::automatic)
      .value("day_first", DateOrder::day_first)
      .value("month_first", DateOrder::month_first);
  nb::enum_<UnknownCategory>(module, "UnknownCategory")
      .value("usual", UnknownCategory::usual)
      .value("zeros", UnknownCategory::zeros)
      .value("error", UnknownCategory::error);
  nb::enum_<ImageLayout>(module, "ImageLayout")
      .value("auto", ImageLayout::automatic)
      .value("channels_first", ImageLayout::channels_first)
      .value("channels_last", ImageLayout::channels_last);
  module.def(
      "_read_table",
      [](const std::filesystem::path& path, const nb::dict& options) {
        return dict_of(read_table(path, options));
      },
      nb::arg("path"), nb::arg("options"));
  module.def("_load_dataset", &read_dataset, nb::arg("name"), nb::arg("data_dir"));
  module.def("_dataset_names", &dataset_names);
  module.def("_missing_files", &missing_of, nb::arg("name"), nb::arg("data_dir"),
             nb::arg("mirrors"));
  module.def("_fetch_dataset", &fetch, nb::arg("name"), nb::arg("data_dir"), nb::arg("mirrors"));
  module.def("_read_images", &read_images, nb::arg("folder"), nb::arg("options"));
}

}  // namespace lithe::python
