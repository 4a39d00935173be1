// Training sets that contain outliers.
#include <fmt/format.h>

#include <cstring>

#include "base/aligned.h"
#include "lithe/calibrate.h"
#include "lithe/error.h"

namespace lithe {

namespace {

struct Memory {
  base::AlignedArray<std::uint8_t> features;
  std::vector<std::int32_t> labels;
  std::vector<float> targets, weights;
};

void check(const Features& own, const Features& outliers) {
  if (outliers.rows == 0) throw Error(ErrorKind::data, "there are no outliers", "--outliers");
  if (outliers.columns != own.columns)
    throw Error(ErrorKind::data,
                fmt::format("an outlier has {} values and a known example {}", outliers.columns,
                            own.columns),
                "--outliers", "outliers of the same size");
  if (outliers.type != own.type || outliers.divisor != own.divisor)
    throw Error(ErrorKind::data,
                "the outliers and the known examples have different element types or scales",
                "--outliers", "both images, or both tables");
}

void copy_rows(const Features& from, std::uint8_t* to) {
  const std::size_t bytes = from.columns * size_of(from.type);
  for (std::size_t row = 0; row < from.rows; ++row)
    std::memcpy(to + row * bytes, from.row(row), bytes);
}

// One-hot targets for the known examples, uniform ones for the outliers.
std::vector<float> soft_targets(const Examples& known, std::size_t rows) {
  const std::size_t classes = known.classes;
  std::vector<float> targets(rows * classes, 1 / static_cast<float>(classes));
  for (std::size_t row = 0; row < known.features.rows; ++row)
    for (std::size_t c = 0; c < classes; ++c)
      targets[row * classes + c] = static_cast<std::size_t>(known.labels[row]) == c;
  return targets;
}

std::vector<float> weights_of(const Examples& known, std::size_t outliers, double weight) {
  const std::size_t rows = known.features.rows;
  if (weight == 0 && known.weights == nullptr) return {};
  std::vector<float> weights(rows, 1);
  if (known.weights != nullptr) weights.assign(known.weights, known.weights + rows);
  double sum = 0;
  for (const float one : weights) sum += static_cast<double>(one);
  const double each = weight == 0 ? 1 : weight * sum / static_cast<double>(outliers);
  weights.resize(rows + outliers, static_cast<float>(each));
  return weights;
}

}  // namespace

OpenTrainingSet add_outliers(const Examples& known, const std::vector<Features>& outliers,
                             OutlierUse use, double weight) {
  const Features& own = known.features;
  if (known.labels == nullptr)
    throw Error(ErrorKind::data, "outliers need known examples with classes, and these have none");
  if (own.lengths != nullptr)
    throw Error(ErrorKind::data, "sequences of unequal length cannot be joined with outliers",
                "add_outliers", "a score that needs none (`lithe list unknown`)");
  std::size_t rows = own.rows;
  for (const Features& some : outliers) {
    check(own, some);
    rows += some.rows;
  }
  const std::size_t bytes = own.columns * size_of(own.type);
  auto memory = std::make_shared<Memory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows * bytes);
  copy_rows(own, memory->features.data());
  std::size_t done = own.rows;
  for (const Features& some : outliers) {
    copy_rows(some, memory->features.data() + done * bytes);
    done += some.rows;
  }
  memory->weights = weights_of(known, rows - own.rows, weight);
  Examples all;
  all.features = own;
  all.features.data = memory->features.data();
  all.features.rows = rows;
  all.features.row_stride = bytes;
  all.features.starts = nullptr;
  if (!memory->weights.empty()) all.weights = memory->weights.data();
  if (use == OutlierUse::background) {
    memory->labels.assign(known.labels, known.labels + own.rows);
    memory->labels.resize(rows, static_cast<std::int32_t>(known.classes));
    all.labels = memory->labels.data();
    all.classes = known.classes + 1;
  } else {
    memory->targets = soft_targets(known, rows);
    all.targets = memory->targets.data();
    all.target_columns = known.classes;
  }
  return {all, own.rows, memory};
}

}  // namespace lithe
