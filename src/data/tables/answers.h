// The answers of a table while it is read, a row at a time: classes by name or by number, or values
// to predict. Which of them is decided at the end, where nobody has said it before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/tables/target_spread.h"
#include "lithe/table.h"

namespace lithe::data {

inline constexpr std::size_t kMostClasses = 100'000;
inline constexpr std::size_t kLongestText = 4'096;  // of a class, a category, a column's name

// Whole numbers with more values than this are a quantity, not classes, unless told.
inline constexpr std::size_t kMostAutomaticClasses = 20;

// Lets a map of strings be searched by a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using TextIndex = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

// Numbers for names. Texts that are the same number are the same class: 1, 1.0 and 01.
class ClassIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t find(std::string_view text) const;
  std::uint32_t find(double number) const;
  std::uint32_t add(std::string_view text);
  std::uint32_t add(double number);
  const std::vector<std::string>& names() const { return names_; }
  // Sorts the names, by value where all are numbers, and returns the new number of each.
  std::vector<std::int32_t> sort();

 private:
  std::vector<std::string> names_;
  std::unordered_map<double, std::uint32_t> numbers_;
  TextIndex texts_;
};

struct Answers {
  TableTask task = TableTask::none;
  std::vector<std::string> class_names;
  std::vector<std::int32_t> labels;  // of classification
  std::vector<float> targets;        // [rows][target_columns] of the other tasks
  std::size_t target_columns = 1;
  std::vector<TargetSpread> spreads = {};  // of each target
};

class AnswerCollector {
 public:
  // `one_output`: whole numbers of more than two values are no classes.
  explicit AnswerCollector(TableTask task, bool one_output = false)
      : task_(task), one_output_(one_output) {}
  explicit AnswerCollector(const TableSchema& schema);

  // Both return what is wrong with the answer, or nothing.
  std::string add(double number);
  std::string add(std::string_view text);
  // What to do about it.
  std::string remedy() const;
  // Whether the text is a class of the schema.
  bool knows(std::string_view text) const {
    return known_ && classes_.find(text) != ClassIndex::kNone;
  }
  bool empty() const { return ids_.empty() && values_.empty(); }

  Answers finish();

 private:
  std::string add_class(std::uint32_t id, std::string_view text);
  std::string add_value(double number);
  void make_classes();
  Answers sorted_classes();

  TableTask task_;  // automatic until the first text
  bool known_ = false, one_output_ = false;
  ClassIndex classes_;
  std::vector<std::uint32_t> ids_;
  std::vector<double> values_;
  bool countable_ = true;  // so far all whole numbers, and few
  std::set<double> seen_;
};

}  // namespace lithe::data
