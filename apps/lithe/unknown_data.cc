#include "unknown_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/image.h"
#include "unknown_options.h"

namespace lithe::app {

namespace {

// The numbers of the data set's classes that have none of these names.
std::vector<std::size_t> classes_beside(const Dataset& data,
                                        const std::vector<std::string>& names) {
  std::vector<std::size_t> result;
  for (std::size_t c = 0; c < data.class_names.size(); ++c)
    if (std::ranges::find(names, data.class_names[c]) == names.end()) result.push_back(c);
  return result;
}

Features fit_part(const Dataset& set, const Features& from, const PictureForm& to,
                  std::vector<std::uint8_t>& pixels) {
  pixels.reserve(from.rows * to.height * to.width * to.channels);
  // Images of a data set are as it wants them: what is ink has been centred, or cannot be.
  const Resize how = to.resize == Resize::ink ? Resize::pad : to.resize;
  for (std::size_t row = 0; row < from.rows; ++row) {
    const Image fitted =
        resize(with_channels(*image_at(set, from, row), to.channels), to.height, to.width, how);
    pixels.insert(pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
  }
  Features result = from;
  result.data = pixels.data();
  result.columns = result.row_stride = to.height * to.width * to.channels;
  return result;
}

// The same images in another form.
Dataset fit_images(Dataset data, const ExampleForm& form) {
  if (data.shape.size() == 1) {  // perhaps square images in rows
    const PictureForm square = form_of(data.shape, Resize::pad);
    data.shape = {square.height, square.width};
  }
  if (!image_at(data, judged_part(data).features, 0))
    throw Error(ErrorKind::data,
                fmt::format("the examples of {} are {} and the model's are {}", data.name,
                            Shape{data.shape}.to_string(), Shape{form.shape}.to_string()),
                {}, "images, which are fitted, or data of the same size");
  const PictureForm to = form_of(form.shape, form.resize);
  // The pixels, and what the labels point into.
  struct Memory {
    std::vector<std::uint8_t> train, test;
    std::shared_ptr<const void> old;
  };
  const auto memory = std::make_shared<Memory>();
  memory->old = data.memory;
  Dataset result = data;
  result.shape = form.shape;
  if (form.shape.size() == 1) result.shape = {to.height, to.width};
  result.train.features = fit_part(data, data.train.features, to, memory->train);
  result.test.features = fit_part(data, data.test.features, to, memory->test);
  result.memory = memory;
  return result;
}

// 0 where the model's file says no such number.
template <typename Number>
Number note_number(const Model& model, const char* key) {
  const auto found = model.metadata().find(key);
  Number value = 0;
  if (found != model.metadata().end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

}  // namespace

CalibrationParts calibration_parts(const Model& model, const Dataset& data) {
  const auto name = model.metadata().find("lithe.data");
  const bool same = name != model.metadata().end() && name->second == data.name;
  const double validation = same ? note_number<double>(model, "lithe.validation") : 0;
  if (data.train.features.rows == 0 || (validation == 0 && data.test.features.rows == 0))
    return {hold_out(judged_part(data), kCalibrationShare), "10% of the examples"};
  if (validation == 0) return {{data.train, data.test, data.memory}, "the test examples"};
  const auto seed = note_number<std::uint64_t>(model, "lithe.seed");
  return {hold_out(data.train, validation, seed), "what its training held out"};
}

std::vector<std::string> known_names(const Model& model) {
  std::vector<std::string> names = model.preprocessing().class_names;
  if (has_background(model) && !names.empty()) names.pop_back();
  return names;
}

const Examples& judged_part(const Dataset& data) {
  return data.test.features.rows > 0 ? data.test : data.train;
}

ExampleForm example_form(const Model& model) {
  ExampleForm form{
      model.preprocessing().image, model.preprocessing().resize, {}, model.preprocessing().divisor};
  if (form.shape.empty()) form.shape = model.network().input_shape().sizes;
  const std::string& schema = model.preprocessing().schema;
  if (!schema.empty()) form.schema = TableSchema::from_json(schema);
  return form;
}

Dataset load_unknown(const DataChoice& choice, const ExampleForm& form) {
  if (is_table_path(choice.data)) {
    TableOptions options;
    options.target_use = TargetUse::ignore;
    options.test_share = 0;
    if (form.schema && !form.schema->columns.empty())
      return apply_table(choice.data, *form.schema, options).data;
    if (is_array_path(choice.data)) {
      options.csv.task = TableTask::none;
      return apply_arrays(choice.data,
                          {.shape = form.shape, .divisor = form.divisor, .class_names = {}},
                          options)
          .data;
    }
    return load_table(choice.data, options).data;
  }
  if (is_picture_folder(choice.data))
    return load_pictures(choice.data, choice.data_dir, choice.pictures,
                         form_of(form.shape, form.resize), {.test_share = 0, .for_training = false})
        .data;
  const Dataset data = load_dataset(choice.data, data_folder(choice.data_dir));
  const bool is_flat = data.shape.size() == 1 || form.shape.size() == 1;
  const bool fits =
      data.shape == form.shape || (is_flat && Shape{data.shape}.size() == Shape{form.shape}.size());
  return fits ? data : fit_images(data, form);
}

Dataset known_to(const Model& model, const Dataset& data) {
  const std::vector<std::string> names = known_names(model);
  const bool in_common = classes_beside(data, names).size() < data.class_names.size();
  return in_common && names != data.class_names ? select_classes(data, names) : data;
}

Dataset unknown_to(const Model& model, const Dataset& data) {
  const std::vector<std::size_t> classes = classes_beside(data, known_names(model));
  if (classes.empty())
    throw Error(ErrorKind::usage, fmt::format("the model knows every class of {}", data.name),
                "--unknown", "another data set, or a model trained on some --classes of it");
  return select_classes(data, classes);
}

}  // namespace lithe::app
