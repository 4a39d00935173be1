// Data as it is stored: each example is a row of a matrix of bytes, integers or floats, and has a
// class or numbers as its target. Nothing is converted here; kernels scale bytes when they read
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lithe {

enum class ElementType { uint8, int32, float32, float64 };
std::size_t size_of(ElementType type);

// A view of a matrix: `rows` examples of `columns` values each, consecutive rows `row_stride` bytes
// apart. The memory belongs to the caller and must outlive the view and everything that was made
// from it. A value v enters the network as v / divisor, correctly rounded.
struct Features {
  // A view of values that lie row by row without gaps: values[row * columns + column]. Bytes are
  // taken for pixels, hence the divisor. Throws Error(data) unless there are rows * columns values
  // and at least one column, Error(usage) unless the divisor is a number above 0.
  static Features of(std::span<const float> values, std::size_t rows, std::size_t columns);
  static Features of(std::span<const double> values, std::size_t rows, std::size_t columns);
  static Features of(std::span<const std::uint8_t> values, std::size_t rows, std::size_t columns,
                     double divisor = 255);
  static Features of(std::span<const std::int32_t> values, std::size_t rows, std::size_t columns);
  // The same rows as sequences of unequal length, padded to the longest: row i has `row_lengths[i]`
  // positions of `columns / most` values each, and what stands behind them is not looked at. Throws
  // Error(data) unless there is one length for each row, from 1 to `most`, by which `columns` can
  // be divided.
  Features with_lengths(std::span<const std::int32_t> row_lengths, std::size_t most) const;

  const void* data = nullptr;
  ElementType type = ElementType::uint8;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t row_stride = 0;  // bytes
  double divisor = 1;          // 255 for pixels
  // Of sequences: how many positions each row has; null: all are whole.
  const std::int32_t* lengths = nullptr;
  // Of rows that overlap, as windows do, and do not follow one another evenly: where each begins,
  // in steps of row_stride. Null: row i begins at step i.
  const std::uint32_t* starts = nullptr;

  const std::uint8_t* row(std::size_t index) const {
    return static_cast<const std::uint8_t*>(data) +
           (starts == nullptr ? index : starts[index]) * row_stride;
  }
};

// The label of a position that has no target.
inline constexpr std::int32_t kNoTarget = -1;

// A set of examples: features, and for each row the answer, which is a class (a number below
// `classes`) or `target_columns` numbers: values to predict, or a distribution over classes. A row
// that is a sequence may have an answer at each of its positions. All of it are views, as Features
// is.
struct Examples {
  // Rows whose answers are classes from 0 to classes - 1: labels[row * positions + position].
  // Throws Error(data) unless there are rows * positions labels and each is below `classes`; with
  // several positions also for a row without any target, which kNoTarget stands for.
  static Examples classification(const Features& features, std::span<const std::int32_t> labels,
                                 std::size_t classes, std::size_t positions = 1);
  // Rows whose answers are `columns` numbers each: targets[(row * positions + position) * columns +
  // column]. Throws Error(data) unless there are as many targets and all are finite; with several
  // positions not-a-number stands for no target.
  static Examples regression(const Features& features, std::span<const float> targets,
                             std::size_t columns = 1, std::size_t positions = 1);
  // The same examples, each of which counts as much as its weight says. Throws Error(data) unless
  // there is one weight for each row, 0 or more.
  Examples weighted(std::span<const float> row_weights) const;

  Features features;
  const std::int32_t* labels = nullptr;  // one an answer, or none where there are targets
  std::size_t classes = 0;
  const float* targets = nullptr;  // [answers][target_columns], without gaps
  std::size_t target_columns = 0;
  // How many answers each row has: one, or one for each position of a sequence. Those of a row
  // begin `answer_stride` behind those of the row before it. A position does not count behind the
  // end of its sequence, or without a target (kNoTarget, or not-a-number).
  std::size_t positions = 1, answer_stride = 1;
  // The weight of each row, 0 or more; null: all 1. A row of weight 0 does not count at all.
  const float* weights = nullptr;

  // Not 0: the rows follow one another in time, and each shares data with this number of next ones,
  // as windows do. The last ones are held out for validation, and this number of rows in front of
  // them is in neither part.
  std::size_t overlap = 0;

  // Which answer a row has at a position, and how many there are from the first one to the last.
  std::size_t answer(std::size_t row, std::size_t position = 0) const {
    return row * answer_stride + position;
  }
  std::size_t answers() const {
    return features.rows == 0 ? 0 : answer(features.rows - 1, positions - 1) + 1;
  }
  // Whether a loss counts a row's answer at this position.
  bool counts(std::size_t row, std::size_t position) const;

  // At most `count` rows, from row `first` on.
  Examples slice(std::size_t first, std::size_t count) const;
};

// How a picture of another size is brought to that of a data set.
enum class Resize {
  crop,     // scaled until it covers the size, then cut to its middle: proportions are kept
  pad,      // scaled until it fits inside; the rest gets the colour of its border
  stretch,  // each side scaled by itself
  ink,      // handwriting in grey: made light on dark, scaled and centred like MNIST's digits
};
std::string_view name(Resize how);
Resize parse_resize(std::string_view text);  // throws Error(usage)

// A data set that owns its memory: a training part and a test part of the same shape.
// Copies share the memory, which does not change after it has been read.
struct Dataset {
  std::string name;                      // "mnist"
  std::vector<std::size_t> shape;        // of one example: {28, 28}
  std::vector<std::string> class_names;  // one for each class
  Examples train, test;
  std::shared_ptr<const void> memory;  // the memory of the views
  Resize resize = Resize::crop;        // of images: how another picture is brought to their form
  std::string schema = {};             // of a table read from CSV or LIBSVM: TableSchema::to_json()
  std::string vocabulary = {};         // of text: Vocabulary::to_json()
};

}  // namespace lithe
