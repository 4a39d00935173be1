#include "data.h"

#include <algorithm>
#include <numeric>

#include "lithe/data.h"

namespace lithe::bench {

namespace {

constexpr std::size_t kTestRows = 2'000;  // of random data

std::size_t size_of(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

// Rows of an image are (row, column, channel); they become (channel, row, column).
std::vector<double> with_channels_first(const std::vector<double>& weight,
                                        const std::vector<std::size_t>& image) {
  const std::size_t places = image[0] * image[1], channels = image[2];
  const std::size_t units = weight.size() / (places * channels);
  std::vector<double> result(weight.size());
  for (std::size_t place = 0; place < places; ++place)
    for (std::size_t channel = 0; channel < channels; ++channel)
      std::copy_n(
          weight.begin() + static_cast<std::ptrdiff_t>((place * channels + channel) * units), units,
          result.begin() + static_cast<std::ptrdiff_t>((channel * places + place) * units));
  return result;
}

Start start_of(const nlohmann::json& layer, std::size_t number) {
  const std::size_t units = layer["units"];
  if (layer["layer"] == "batch_norm")
    return {number, {units}, std::vector<double>(units, 1), std::vector<double>(units, 0)};
  Start result{number, layer["shape"], {}, std::vector<double>(units)};
  const bool is_normal = layer["distribution"] == "normal";
  const double deviation = layer["deviation"], bias_deviation = layer["bias_deviation"];
  const std::uint64_t array = 2 * (kFirstLayer + number);
  result.weight.resize(size_of(result.shape));
  for (std::size_t i = 0; i < result.weight.size(); ++i)
    result.weight[i] = (is_normal ? normal(array, i) : uniform(array, i)) * deviation;
  for (std::size_t i = 0; i < units; ++i) result.bias[i] = normal(array + 1, i) * bias_deviation;
  return result;
}

void read_mnist(Examples32& to) {
  const Dataset data = load_dataset("mnist", data_folder(""));
  const auto read = [](const Examples& from, std::vector<float>& x,
                       std::vector<std::int64_t>& classes) {
    for (std::size_t row = 0; row < from.features.rows; ++row)
      for (std::size_t i = 0; i < from.features.columns; ++i)
        x.push_back(static_cast<float>(from.features.row(row)[i]) / 255.0F);
    classes.assign(from.labels, from.labels + from.features.rows);
  };
  read(data.train.slice(0, to.rows), to.x, to.classes);
  read(data.test, to.test_x, to.test_classes);
  to.test_rows = to.test_classes.size();
}

// The class that a linear map of the row tells.
std::int64_t taught(const float* row, std::size_t columns, const std::vector<double>& teacher) {
  const std::size_t classes = teacher.size() / columns;
  std::vector<double> scores(classes);
  for (std::size_t i = 0; i < columns; ++i)
    for (std::size_t c = 0; c < classes; ++c) scores[c] += row[i] * teacher[i * classes + c];
  return classes == 1 ? (scores[0] > 0 ? 1 : 0)
                      : std::max_element(scores.begin(), scores.end()) - scores.begin();
}

}  // namespace

std::vector<Start> start(const Task& task, bool channels_first) {
  std::vector<Start> result;
  std::vector<std::size_t> image;  // that was flattened
  for (std::size_t number = 0; number < task.layers.size(); ++number) {
    const nlohmann::json& layer = task.layers[number];
    if (layer.contains("from")) image = layer["from"].get<std::vector<std::size_t>>();
    if (!layer.contains("units")) continue;
    result.push_back(start_of(layer, number));
    if (channels_first && !image.empty())
      result.back().weight = with_channels_first(result.back().weight, image);
    image.clear();
  }
  return result;
}

ConvolutionArrays::ConvolutionArrays(const Task& task)
    : images_shape{task.batch, task.input[0], task.input[1], task.input[2]},
      weights_shape(task.layers[0]["shape"].get<std::vector<std::size_t>>()),
      gradient_shape{task.batch, task.input[0], task.input[1], weights_shape[3]},
      images(uniform_array(kFeatures, size_of(images_shape))),
      weights(uniform_array(kFeatures + 1, size_of(weights_shape))),
      gradient(uniform_array(kFeatures + 2, size_of(gradient_shape))) {}

Examples32::Examples32(const Task& task, std::size_t wanted)
    : rows(std::min(wanted, task.rows)),
      columns(size_of(task.input)),
      test_rows(task.kind == "train" ? kTestRows : 0) {
  if (task.data == "mnist") {
    read_mnist(*this);
    return;
  }
  x.resize(rows * columns);
  test_x.resize(test_rows * columns);
  const std::size_t after = task.rows * columns;  // where the rows to test on begin
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool zero = task.zeros > 0 && hashed(kZeros, i) < task.zeros;
    x[i] = zero ? 0 : static_cast<float>(uniform(kFeatures, i));
  }
  for (std::size_t i = 0; i < test_x.size(); ++i)
    test_x[i] = static_cast<float>(uniform(kFeatures, after + i));
  std::vector<double> teacher(columns * task.outputs());
  for (std::size_t i = 0; i < teacher.size(); ++i) teacher[i] = normal(kTeacher, i);
  for (std::size_t row = 0; row < rows; ++row)
    classes.push_back(taught(&x[row * columns], columns, teacher));
  for (std::size_t row = 0; row < test_rows; ++row)
    test_classes.push_back(taught(&test_x[row * columns], columns, teacher));
}

}  // namespace lithe::bench
