#include "data/tables/answers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/tables/number.h"

namespace lithe::data {

namespace {

bool is_whole(double number) { return number == std::floor(number) && std::abs(number) < 1e15; }

std::string name_of(double number) {
  if (is_whole(number)) return fmt::to_string(static_cast<std::int64_t>(number));
  return fmt::to_string(number);
}

}  // namespace

std::uint32_t ClassIndex::find(double number) const {
  const auto found = numbers_.find(number);
  return found == numbers_.end() ? kNone : found->second;
}

std::uint32_t ClassIndex::find(std::string_view text) const {
  if (const auto number = to_number(text)) return find(*number);
  const auto found = texts_.find(text);
  return found == texts_.end() ? kNone : found->second;
}

std::uint32_t ClassIndex::add(double number) {
  const auto [place, is_new] = numbers_.try_emplace(number, names_.size());
  if (is_new) names_.push_back(name_of(number));
  return place->second;
}

std::uint32_t ClassIndex::add(std::string_view text) {
  if (const auto number = to_number(text)) return add(*number);
  const std::uint32_t known = find(text);
  if (known != kNone) return known;
  const auto id = static_cast<std::uint32_t>(names_.size());
  texts_.emplace(text, id);
  names_.emplace_back(text);
  return id;
}

std::vector<std::int32_t> ClassIndex::sort() {
  std::vector<std::size_t> order(names_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (texts_.empty()) {
    std::vector<double> values(names_.size());
    for (const auto& [value, id] : numbers_) values[id] = value;
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  } else {
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::string_view(names_[i]); });
  }
  std::vector<std::int32_t> places(names_.size());
  std::vector<std::string> sorted;
  for (const std::size_t id : order) {
    places[id] = static_cast<std::int32_t>(sorted.size());
    sorted.push_back(names_[id]);
  }
  ClassIndex renumbered;
  for (const auto& name : sorted) renumbered.add(name);
  *this = std::move(renumbered);
  return places;
}

AnswerCollector::AnswerCollector(const TableSchema& schema) : task_(schema.task), known_(true) {
  for (const auto& name : schema.class_names) classes_.add(name);
}

std::string AnswerCollector::remedy() const {
  if (!known_)
    return task_ == TableTask::classification ? "--task regression" : "--task classification";
  if (task_ != TableTask::classification) return "a number, or an empty cell where it is not known";
  return fmt::format(
      "the classes of the model are {:.200}; delete the rows of other classes, or train with "
      "them",
      fmt::to_string(fmt::join(classes_.names(), ", ")));
}

std::string AnswerCollector::add_class(std::uint32_t id, std::string_view text) {
  if (id == ClassIndex::kNone)
    return fmt::format("'{}' is none of the {} classes known", text, classes_.names().size());
  if (classes_.names().size() > kMostClasses)
    return fmt::format("more than {} classes: is this a number to predict?", kMostClasses);
  ids_.push_back(id);
  return {};
}

std::string AnswerCollector::add_value(double number) {
  if (std::abs(number) > std::numeric_limits<float>::max()) return "the number is too large";
  values_.push_back(number);
  if (task_ != TableTask::automatic || !countable_) return {};
  countable_ = is_whole(number);
  if (countable_ && seen_.insert(number).second) countable_ = seen_.size() <= kMostAutomaticClasses;
  return {};
}

std::string AnswerCollector::add(double number) {
  if (task_ != TableTask::classification) return add_value(number);
  if (!std::isfinite(number)) return "the number is too large";
  const auto id = known_ ? classes_.find(number) : classes_.add(number);
  return add_class(id, id == ClassIndex::kNone ? name_of(number) : std::string());
}

std::string AnswerCollector::add(std::string_view text) {
  if (const auto number = to_number(text)) return add(*number);
  if (task_ == TableTask::automatic && values_.empty()) task_ = TableTask::classification;
  if (task_ == TableTask::automatic) return fmt::format("'{}' where numbers stood before", text);
  if (task_ == TableTask::regression) return fmt::format("'{}' is not a number", text);
  if (text.size() > kLongestText) return fmt::format("a class of {} bytes", text.size());
  return add_class(known_ ? classes_.find(text) : classes_.add(text), text);
}

void AnswerCollector::make_classes() {
  task_ = TableTask::classification;
  ids_.reserve(values_.size());
  for (const double value : values_) ids_.push_back(classes_.add(value));
}

Answers AnswerCollector::sorted_classes() {
  std::vector<std::int32_t> places(classes_.names().size());
  std::iota(places.begin(), places.end(), 0);
  if (!known_) places = classes_.sort();
  Answers answers{.task = task_,
                  .class_names = classes_.names(),
                  .labels = {},
                  .targets = {},
                  .target_columns = 1};
  answers.labels.reserve(ids_.size());
  for (const std::uint32_t id : ids_) answers.labels.push_back(places[id]);
  return answers;
}

Answers AnswerCollector::finish() {
  const bool too_many = one_output_ && seen_.size() > 2;
  if (task_ == TableTask::automatic && countable_ && !too_many) make_classes();
  if (task_ == TableTask::classification) return sorted_classes();
  TargetSpread spread;
  for (const double value : values_) spread.add(value);
  return {.task = TableTask::regression,
          .class_names = {},
          .labels = {},
          .targets = {values_.begin(), values_.end()},
          .target_columns = 1,
          .spreads = {spread}};
}

}  // namespace lithe::data
