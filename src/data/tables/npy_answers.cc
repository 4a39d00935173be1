#include "data/tables/npy_answers.h"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <utility>

#include "data/tables/npy_elements.h"
#include "data/tables/npy_text.h"

namespace lithe::data {

void check_answer_rows(const NpyArray& answers, std::size_t rows, bool one_value) {
  if (answers.rows() == rows) return;
  if (answers.rows() == 1 && one_value)
    throw Error(ErrorKind::data, fmt::format("1 answer for {} examples of one value each", rows),
                answers.name,
                "--answers with an answer for each example, or x[numpy.newaxis] if they are one "
                "example");
  throw Error(ErrorKind::data, fmt::format("{} answers for {} examples", answers.rows(), rows),
              answers.name, "--answers NAME");
}

namespace {

// More whole numbers than this that are taken for classes are worth a warning.
constexpr std::size_t kFewNumbers = 10;

// One or two arrays of answers, and the parts of the data that they belong to.
struct AnswerPart {
  const NpyArray& array;
  TablePart& part;
};
using AnswerParts = std::vector<AnswerPart>;

void attach_to(TablePart& part, Answers answers) {
  // This memory is not shared yet.
  auto& memory = const_cast<TableMemory&>(*part.memory);
  part.schema.task = answers.task;
  part.schema.class_names = answers.class_names;
  attach(memory, std::move(answers), part);
}

void check_parts(const AnswerParts& parts) {
  const NpyArray& first = parts.front().array;
  for (const auto& [array, part] : parts) {
    check_answer_rows(array, part.examples.features.rows,
                      part.shape == std::vector<std::size_t>{1});
    if (array.columns() != first.columns() || array.is_text() != first.is_text())
      throw Error(ErrorKind::data, "training and test answers have different shapes or types",
                  array.name, "answers of one shape and type for both");
  }
}

// Calls `take` with each row's numbers.
template <typename Take>
void for_each_row(const NpyArray& array, const Take& take) {
  const std::size_t columns = array.columns();
  std::vector<double> values(columns);
  visit(array, column_offsets(array), [&](std::size_t, std::size_t column, auto element) {
    values[column] = static_cast<double>(element);
    if (column + 1 == columns) take(values);
  });
}

template <typename Holds>
bool every_row(const AnswerParts& parts, const Holds& holds) {
  bool all = true;
  for (const AnswerPart& one : parts)
    for_each_row(one.array, [&](const std::vector<double>& row) { all = all && holds(row); });
  return all;
}

bool are_bits(const std::vector<double>& row) {
  return std::ranges::all_of(row, [](double value) { return value == 0 || value == 1; });
}

bool is_one_hot(const std::vector<double>& row) {
  return are_bits(row) && std::ranges::count(row, 1) == 1;
}

std::vector<std::string> numbered_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::to_string(i));
  return names;
}

void add_one_hot(const AnswerParts& parts, const ArrayForm* form) {
  const std::size_t classes = parts.front().array.columns();
  for (const auto& [array, part] : parts) {
    Answers answers;
    answers.task = TableTask::classification;
    const bool known = form != nullptr && form->class_names.size() == classes;
    answers.class_names = known ? form->class_names : numbered_names(classes);
    for_each_row(array, [&](const std::vector<double>& row) {
      answers.labels.push_back(static_cast<std::int32_t>(std::ranges::find(row, 1) - row.begin()));
    });
    attach_to(part, std::move(answers));
  }
  parts.front().part.notes.push_back(
      {false,
       fmt::format("each row of {} has a single 1: {} classes", parts.front().array.name, classes),
       "--task regression or multi-label takes them otherwise"});
}

void add_numbers(const AnswerParts& parts, TableTask task) {
  const std::size_t columns = parts.front().array.columns();
  for (const auto& [array, part] : parts) {
    Answers answers;
    answers.task = task;
    answers.target_columns = columns;
    if (task == TableTask::multi_label) answers.class_names = numbered_names(columns);
    answers.targets.resize(array.rows() * columns);
    copy_values(array, column_offsets(array), answers.targets.data());
    attach_to(part, std::move(answers));
  }
}

void check_numbers(const NpyArray& array) {
  std::vector<TargetSpread> spreads(array.columns());
  visit(array, column_offsets(array), [&](std::size_t, std::size_t column, auto element) {
    spreads[column].add(static_cast<double>(element));
  });
  check_spread(spreads, {}, array.name);
}

void add_many(const AnswerParts& parts, const TableOptions& options, const ArrayForm* form) {
  const NpyArray& first = parts.front().array;
  if (first.is_text())
    throw Error(ErrorKind::data, "there are several texts for each example", first.name,
                "one text a row");
  const TableTask task = options.csv.task;
  const bool one_of_many = first.columns() > 1 && task != TableTask::regression &&
                           task != TableTask::multi_label && every_row(parts, is_one_hot);
  if (one_of_many) return add_one_hot(parts, form);
  if (task == TableTask::classification)
    throw Error(ErrorKind::data, "classes are one number or text a row, or a single 1 among 0s",
                first.name, "--task regression");
  const bool bits = task != TableTask::regression && every_row(parts, are_bits);
  if (task == TableTask::multi_label && !bits)
    throw Error(ErrorKind::data, "labels are 0 or 1, and there are other numbers", first.name,
                "--task regression");
  add_numbers(parts, bits ? TableTask::multi_label : TableTask::regression);
}

bool is_integral(double value) { return value == std::floor(value) && std::abs(value) < 1e15; }

// Whether numbers are classes where nobody says it: few whole ones as in a CSV; integers also where
// most numbers from 0 or 1 on are there and each stands for some rows.
bool look_like_classes(const std::set<double>& numbers, std::size_t rows, const NpyArray& array,
                       bool one_output) {
  if (!std::ranges::all_of(numbers, is_integral)) return false;
  if (one_output && numbers.size() > 2) return false;
  if (numbers.size() <= kMostAutomaticClasses) return true;
  const double low = *numbers.begin(), high = *numbers.rbegin();
  const auto count = static_cast<double>(numbers.size());
  return array.is_integer() && (low == 0 || low == 1) && high < 2 * count &&
         rows >= 2 * numbers.size();
}

// Numbers from 0 on without large gaps are all classes up to the highest: one may have no rows.
void fill_gaps(std::set<double>& numbers) {
  const double high = *numbers.rbegin();
  if (*numbers.begin() != 0 || !std::ranges::all_of(numbers, is_integral) ||
      high >= 2 * static_cast<double>(numbers.size()))
    return;
  for (std::size_t i = 0; static_cast<double>(i) < high; ++i)
    numbers.insert(static_cast<double>(i));
}

class ClassBuilder {
 public:
  ClassBuilder(const AnswerParts& parts, std::string name)
      : parts_(parts), name_(std::move(name)) {}

  void add(std::string_view text) { check(ids_.emplace_back(index_.add(text))); }
  void add(double number) { check(ids_.emplace_back(index_.add(number))); }
  void declare(double number) { index_.add(number); }

  void finish() {
    const std::vector<std::int32_t> places = index_.sort();
    std::size_t at = 0;
    for (const auto& [array, part] : parts_) {
      Answers answers;
      answers.task = TableTask::classification;
      answers.class_names = index_.names();
      for (std::size_t row = 0; row < array.rows(); ++row)
        answers.labels.push_back(places[ids_[at++]]);
      attach_to(part, std::move(answers));
    }
  }

 private:
  void check(std::uint32_t id) const {
    if (id >= kMostClasses)
      throw Error(ErrorKind::data, fmt::format("more than {} classes", kMostClasses), name_,
                  "--task regression");
  }

  const AnswerParts& parts_;
  const std::string name_;
  ClassIndex index_;
  std::vector<std::uint32_t> ids_;
};

void add_texts(const AnswerParts& parts, TableTask task) {
  const std::string& name = parts.front().array.name;
  if (task == TableTask::regression || task == TableTask::multi_label)
    throw Error(ErrorKind::data, "the answers are texts, which are classes", name,
                "--task classification, or answers.astype(float)");
  ClassBuilder builder(parts, name);
  for (const AnswerPart& one : parts)
    for (std::size_t row = 0; row < one.array.rows(); ++row) builder.add(text_at(one.array, row));
  builder.finish();
}

void note_choice(const AnswerParts& parts, const std::set<double>& numbers, bool classes) {
  const NpyArray& array = parts.front().array;
  const bool whole = std::ranges::all_of(numbers, is_integral);
  const bool doubtful = classes ? numbers.size() > kFewNumbers : whole && array.is_integer();
  if (!doubtful) return;
  parts.front().part.notes.push_back(
      {true,
       fmt::format("the {} whole numbers of {} are taken for {}", numbers.size(), array.name,
                   classes ? "classes" : "numbers to predict"),
       classes ? "--task regression" : "--task classification"});
}

void add_one_column(const AnswerParts& parts, const TableOptions& options) {
  const NpyArray& first = parts.front().array;
  const TableTask task = options.csv.task;
  if (first.is_text()) return add_texts(parts, task);
  if (task == TableTask::multi_label)
    throw Error(ErrorKind::data, "several labels are several columns of answers, and there is one",
                first.name, "--task classification");
  if (task == TableTask::regression) return add_numbers(parts, task);
  std::set<double> numbers;
  std::size_t rows = 0;
  for (const AnswerPart& one : parts) {
    rows += one.array.rows();
    std::vector<float> finite(one.array.rows());
    copy_values(one.array, column_offsets(one.array), finite.data());
    for_each_row(one.array, [&](const std::vector<double>& row) {
      if (numbers.size() <= kMostClasses) numbers.insert(row.front());
    });
  }
  const bool asked = task == TableTask::classification;
  const bool classes = asked || look_like_classes(numbers, rows, first, options.csv.one_output);
  if (!asked) note_choice(parts, numbers, classes);
  if (!classes) return add_numbers(parts, TableTask::regression);
  fill_gaps(numbers);
  ClassBuilder builder(parts, first.name);
  for (const double number : numbers) builder.declare(number);
  for (const AnswerPart& one : parts)
    for_each_row(one.array, [&](const std::vector<double>& row) { builder.add(row.front()); });
  builder.finish();
}

}  // namespace

void add_npy_answers(const NpyArray* train_answers, TablePart& train, const NpyArray* test_answers,
                     TablePart& test, const TableOptions& options, const ArrayForm* form) {
  if (train_answers == nullptr || options.csv.task == TableTask::none) return;
  AnswerParts parts = {{*train_answers, train}};
  if (test_answers != nullptr) parts.push_back({*test_answers, test});
  check_parts(parts);
  if (train_answers->columns() == 1)
    add_one_column(parts, options);
  else
    add_many(parts, options, form);
  if (form == nullptr && train.schema.task == TableTask::regression) check_numbers(*train_answers);
}

}  // namespace lithe::data
