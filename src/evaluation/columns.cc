#include "evaluation/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/random.h"
#include "lithe/defaults.h"
#include "lithe/table.h"
#include "losses/outputs.h"
#include "train/check.h"

namespace lithe::evaluation {

namespace {

constexpr std::size_t kSampleRows = 1000, kRepeats = 5, kShown = 3, kGrid = 20, kMostAnswers = 5;
constexpr std::size_t kMostCategories = 12;  // of a column whose dependence is drawn

// A column with the features that it becomes.
struct Column {
  const TableColumn* of;
  std::size_t first, count;
};

std::vector<Column> columns_of(const TableSchema& schema) {
  std::vector<Column> columns;
  std::size_t first = 0;
  for (const TableColumn& column : schema.columns) {
    if (column.features() > 0) columns.push_back({&column, first, column.features()});
    first += column.features();
  }
  return columns;
}

// An evenly spaced selection of rows, in memory that may be changed.
class Sample {
 public:
  explicit Sample(const Examples& examples)
      : rows_(std::min(kSampleRows, examples.features.rows)), columns_(examples.features.columns) {
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t row = i * examples.features.rows / rows_;
      const auto* values = reinterpret_cast<const float*>(examples.features.row(row));
      values_.insert(values_.end(), values, values + columns_);
      if (examples.labels != nullptr) labels_.push_back(examples.labels[row]);
      for (std::size_t t = 0; t < examples.target_columns; ++t)
        targets_.push_back(examples.targets[row * examples.target_columns + t]);
    }
    examples_ = examples;
    examples_.weights = nullptr;
    examples_.labels = labels_.empty() ? nullptr : labels_.data();
    examples_.targets = targets_.empty() ? nullptr : targets_.data();
  }

  std::size_t rows() const { return rows_; }
  float* row(std::size_t i) { return values_.data() + i * columns_; }
  const Examples& examples() const { return examples_; }
  Features features() const { return Features::of(std::span(values_), rows_, columns_); }

 private:
  std::size_t rows_, columns_;
  std::vector<float> values_, targets_;
  std::vector<std::int32_t> labels_;
  Examples examples_;
};

bool has_labels(const Sample& sample, losses::Loss loss) {
  return losses::outputs_of(loss) == losses::Outputs::sigmoid_logits &&
         are_labels(sample.examples());
}

// The share of wrong answers, or the RMSE. Where there are labels, an answer is right if all are.
double error_of(const Model& model, const Sample& sample, losses::Loss loss) {
  const std::vector<double> outputs = model.predict(sample.features());
  const std::size_t width = outputs.size() / sample.rows();
  const bool labels = has_labels(sample, loss);
  double sum = 0;
  for (std::size_t row = 0; row < sample.rows(); ++row) {
    const std::span<const double> one = std::span(outputs).subspan(row * width, width);
    if (sample.examples().labels != nullptr) {
      const auto truth = static_cast<std::size_t>(sample.examples().labels[row]);
      sum += losses::predicted_class(one, loss) != truth ? 1 : 0;
      continue;
    }
    const float* truths = sample.examples().targets + row * width;
    if (labels) {
      sum += losses::all_labels_right(one, truths, loss) ? 0 : 1;
      continue;
    }
    for (std::size_t t = 0; t < width; ++t) {
      const double error = one[t] - static_cast<double>(truths[t]);
      sum += error * error / static_cast<double>(width);
    }
  }
  const double mean = sum / static_cast<double>(sample.rows());
  return sample.examples().labels != nullptr || labels ? mean : std::sqrt(mean);
}

void shuffle_column(Sample& sample, const Column& column, base::Rng& random) {
  for (std::size_t i = sample.rows(); i > 1; --i) {
    float* const a = sample.row(i - 1) + column.first;
    float* const b = sample.row(random.below(static_cast<std::uint32_t>(i))) + column.first;
    std::swap_ranges(a, a + column.count, b);
  }
}

ColumnImportance importance_of(const Model& model, const Sample& sample, const Column& column,
                               double base, losses::Loss loss, std::uint32_t place) {
  std::vector<double> worse;
  for (std::uint32_t repeat = 0; repeat < kRepeats; ++repeat) {
    Sample shuffled = sample;
    base::Rng random(repeat + 1, place);
    shuffle_column(shuffled, column, random);
    worse.push_back(error_of(model, shuffled, loss) - base);
  }
  ColumnImportance result{column.of->name, 0, 0};
  const auto count = static_cast<double>(kRepeats);
  for (const double one : worse) result.mean += one / count;
  for (const double one : worse)
    result.deviation += (one - result.mean) * (one - result.mean) / (count - 1);
  result.deviation = std::sqrt(result.deviation);
  return result;
}

// Values that a number is set to: quantiles of the sample, each once.
std::vector<double> grid_of(Sample& sample, const Column& column) {
  std::vector<double> values;
  for (std::size_t i = 0; i < sample.rows(); ++i)
    values.push_back(static_cast<double>(sample.row(i)[column.first]));
  std::ranges::sort(values);
  std::vector<double> grid;
  for (std::size_t i = 0; i < kGrid; ++i) {
    const double value = values[i * (values.size() - 1) / (kGrid - 1)];
    if (grid.empty() || value > grid.back()) grid.push_back(value);
  }
  return grid;
}

void add_point(const Model& model, const Sample& sample, losses::Loss loss,
               PartialDependence& result) {
  const std::vector<double> outputs = model.predict(sample.features());
  const std::size_t width = outputs.size() / sample.rows();
  const bool classes = sample.examples().labels != nullptr || has_labels(sample, loss);
  std::vector<double> means;
  for (std::size_t row = 0; row < sample.rows(); ++row) {
    const std::span<const double> one = std::span(outputs).subspan(row * width, width);
    const std::vector<double> answers =
        classes ? losses::probabilities(one, loss) : std::vector<double>(one.begin(), one.end());
    means.resize(answers.size());
    for (std::size_t a = 0; a < answers.size(); ++a)
      means[a] += answers[a] / static_cast<double>(sample.rows());
  }
  result.curves.resize(std::min(means.size(), kMostAnswers));
  for (std::size_t a = 0; a < result.curves.size(); ++a) result.curves[a].push_back(means[a]);
}

std::vector<std::string> answer_names(const Model& model, const TableSchema& schema,
                                      std::size_t count) {
  std::vector<std::string> names = model.preprocessing().class_names;
  if (names.empty()) names = schema.target_names();
  for (std::size_t i = names.size(); i < count; ++i) names.push_back(fmt::format("{}", i));
  names.resize(count);
  return names;
}

PartialDependence dependence_of(const Model& model, const Sample& sample, const Column& column,
                                const TableSchema& schema, losses::Loss loss) {
  PartialDependence result;
  result.name = column.of->name;
  Sample changed = sample;
  if (column.of->kind == ColumnKind::number) {
    for (const double value : grid_of(changed, column)) {
      for (std::size_t i = 0; i < changed.rows(); ++i)
        changed.row(i)[column.first] = static_cast<float>(value);
      result.values.push_back(value + column.of->offset);
      add_point(model, changed, loss, result);
    }
  } else {
    const std::size_t shown = std::min(kMostCategories, column.of->categories.size());
    for (std::size_t c = 0; c < shown; ++c) {
      for (std::size_t i = 0; i < changed.rows(); ++i) {
        std::fill_n(changed.row(i) + column.first, column.count, 0.F);
        if (column.of->embedding > 0)
          changed.row(i)[column.first] = static_cast<float>(c + 1);
        else
          changed.row(i)[column.first + c] = 1;
      }
      result.labels.push_back(column.of->categories[c]);
      result.values.push_back(static_cast<double>(c));
      add_point(model, changed, loss, result);
    }
  }
  result.answers = answer_names(model, schema, result.curves.size());
  return result;
}

}  // namespace

ColumnsReport report_columns(const Model& model, const Examples& examples) {
  const std::string& text = model.preprocessing().schema;
  ColumnsReport result;
  if (text.empty() || examples.features.type != ElementType::float32) return result;
  const TableSchema schema = TableSchema::from_json(text);
  if (schema.feature_count() != examples.features.columns) return result;
  const auto note = model.metadata().find("lithe.loss");
  const losses::Loss loss =
      train::parse_loss(note == model.metadata().end() ? "quadratic" : note->second).loss;
  const Sample sample(examples);
  const double base = error_of(model, sample, loss);
  const std::vector<Column> columns = columns_of(schema);
  result.rows = sample.rows(), result.repeats = kRepeats;
  for (std::size_t i = 0; i < columns.size(); ++i)
    result.importance.push_back(
        importance_of(model, sample, columns[i], base, loss, static_cast<std::uint32_t>(i)));
  std::ranges::stable_sort(result.importance, std::greater<>(), &ColumnImportance::mean);
  for (std::size_t i = 0; i < std::min(kShown, result.importance.size()); ++i)
    for (const Column& column : columns)
      if (column.of->name == result.importance[i].name)
        result.dependence.push_back(dependence_of(model, sample, column, schema, loss));
  return result;
}

}  // namespace lithe::evaluation
