#include "unknown_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "data/image.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "unknown_options.h"

namespace lithe::app {

namespace {

// The numbers of the data set's classes that have these names; of the others where `others`.
std::vector<std::size_t> classes_named(const Dataset& data, const std::vector<std::string>& names,
                                       bool others) {
  std::vector<std::size_t> result;
  if (others) {
    for (std::size_t c = 0; c < data.class_names.size(); ++c)
      if (std::ranges::find(names, data.class_names[c]) == names.end()) result.push_back(c);
    return result;
  }
  for (const std::string& name : names) {
    const auto at = std::ranges::find(data.class_names, name);
    if (at != data.class_names.end())
      result.push_back(static_cast<std::size_t>(at - data.class_names.begin()));
  }
  return result;
}

struct ImageSize {
  std::size_t height = 0, width = 0;
};

// Nothing where examples of that shape are no grey images. A row of values may be a square one.
std::optional<ImageSize> grey_size(const std::vector<std::size_t>& shape) {
  if (shape.size() == 2 || (shape.size() == 3 && shape[2] == 1))
    return ImageSize{shape[0], shape[1]};
  const double root = std::sqrt(static_cast<double>(Shape{shape}.size()));
  const auto side = static_cast<std::size_t>(std::lround(root));
  if (shape.size() == 1 && side * side == shape[0]) return ImageSize{side, side};
  return std::nullopt;
}

Features fit_part(const Features& from, ImageSize size, ImageSize to,
                  std::vector<std::uint8_t>& pixels) {
  pixels.reserve(from.rows * to.height * to.width);
  for (std::size_t row = 0; row < from.rows; ++row) {
    const std::uint8_t* image = from.row(row);
    const data::Image fitted =
        data::fit({size.height, size.width, {image, image + from.columns}}, to.height, to.width);
    pixels.insert(pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
  }
  Features result = from;
  result.data = pixels.data();
  result.columns = result.row_stride = to.height * to.width;
  return result;
}

// The same images in another size, their proportions kept.
Dataset fit_images(const Dataset& data, const std::vector<std::size_t>& shape) {
  const auto from = grey_size(data.shape), to = grey_size(shape);
  const bool bytes = data.train.features.type == ElementType::uint8 &&
                     data.test.features.type == ElementType::uint8;
  if (!from || !to || !bytes)
    throw Error(ErrorKind::data,
                fmt::format("the examples of {} are {} and the model's are {}", data.name,
                            Shape{data.shape}.to_string(), Shape{shape}.to_string()),
                {}, "grey images, which are fitted, or data of the same size");
  // The pixels, and what the labels point into.
  struct Memory {
    std::vector<std::uint8_t> train, test;
    std::shared_ptr<const void> old;
  };
  const auto memory = std::make_shared<Memory>();
  memory->old = data.memory;
  Dataset result = data;
  result.shape = {to->height, to->width};
  result.train.features = fit_part(data.train.features, *from, *to, memory->train);
  result.test.features = fit_part(data.test.features, *from, *to, memory->test);
  result.memory = memory;
  return result;
}

double note_number(const Model& model, const char* key) {
  const auto found = model.notes().find(key);
  return found == model.notes().end() ? 0 : std::atof(found->second.c_str());
}

}  // namespace

CalibrationParts calibration_parts(const Model& model, const Dataset& data) {
  const auto name = model.notes().find("lithe.data");
  const bool same = name != model.notes().end() && name->second == data.name;
  const double validation = same ? note_number(model, "lithe.validation") : 0;
  if (data.train.features.rows == 0 || (validation == 0 && data.test.features.rows == 0))
    return {hold_out(judged_part(data), kCalibrationShare), "10% of the examples"};
  if (validation == 0) return {{data.train, data.test, data.memory}, "the test examples"};
  const auto seed = static_cast<std::uint64_t>(note_number(model, "lithe.seed"));
  return {hold_out(data.train, validation, seed), "what its training held out"};
}

std::vector<std::string> known_names(const Model& model) {
  std::vector<std::string> names = model.meaning().class_names;
  if (has_background(model) && !names.empty()) names.pop_back();
  return names;
}

const Examples& judged_part(const Dataset& data) {
  return data.test.features.rows > 0 ? data.test : data.train;
}

Dataset load_unknown(const std::string& name, const std::string& data_dir,
                     const std::vector<std::size_t>& shape,
                     const std::optional<TableSchema>& schema) {
  if (is_table_path(name)) {
    TableOptions options;
    options.target_use = TargetUse::ignore;
    options.test_share = 0;
    if (schema && !schema->columns.empty()) return apply_table(name, *schema, options).data;
    return load_table(name, options).data;
  }
  const Dataset data = load_dataset(name, data_folder(data_dir));
  return Shape{data.shape}.size() == Shape{shape}.size() ? data : fit_images(data, shape);
}

Dataset known_to(const Model& model, const Dataset& data) {
  const std::vector<std::string> names = known_names(model);
  const bool selects = names.size() < data.class_names.size();
  const std::vector<std::size_t> classes = classes_named(data, names, false);
  return selects && classes.size() == names.size() ? select_classes(data, classes) : data;
}

Dataset unknown_to(const Model& model, const Dataset& data) {
  const std::vector<std::size_t> classes = classes_named(data, known_names(model), true);
  if (classes.empty())
    throw Error(ErrorKind::usage, fmt::format("the model knows every class of {}", data.name),
                "--unknown", "another data set, or a model trained on some --classes of it");
  return select_classes(data, classes);
}

}  // namespace lithe::app
