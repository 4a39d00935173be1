// What a schema learns from the rows to train on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "data/tables/csv_features.h"
#include "data/tables/csv_texts.h"
#include "data/tables/csv_types.h"
#include "data/tables/table_part.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// Texts of which more than half are different say nothing of a row, unless they are few.
constexpr std::size_t kFewCategories = 20;

// What is known of a slot's values in the rows to train on.
struct SlotFigures {
  std::size_t present = 0, missing = 0;
  double sum = 0, low = INFINITY, high = -INFINITY;
  std::vector<std::size_t> counts;  // of each category
  // The same of all rows.
  std::size_t all_present = 0, all_categories = 0;
  double all_low = INFINITY, all_high = -INFINITY;
};

// Calls `use` for each row that is not held out.
template <typename Use>
void for_each_row(const CsvRows& rows, std::span<const RowUse> uses, const Use& use) {
  for (std::size_t row = 0; row < rows.rows.rows(); ++row)
    if (uses[row] == RowUse::train) use(rows.rows.row(row));
}

// `of_each` has a place for each category, and none in a column of numbers.
template <typename Element>
bool is_category(double value, const std::vector<Element>& of_each) {
  return value >= 0 && value < static_cast<double>(of_each.size());
}

// What is shown of a column is said of all rows: an outlier may be among those held out.
void add_rows_held_out(const CsvRows& rows, std::span<const RowUse> uses,
                       std::vector<SlotFigures>& slots) {
  std::vector<std::vector<bool>> met(slots.size());
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    SlotFigures& figures = slots[slot];
    figures.all_present = figures.present;
    figures.all_low = figures.low, figures.all_high = figures.high;
    for (const std::size_t count : figures.counts) met[slot].push_back(count > 0);
  }
  for (std::size_t i = 0; i < rows.rows.rows(); ++i) {
    if (uses[i] == RowUse::train) continue;
    const std::span<const float> row = rows.rows.row(i);
    for (std::size_t slot = 0; slot < row.size(); ++slot) {
      if (std::isnan(row[slot])) continue;
      SlotFigures& figures = slots[slot];
      const double value = double{row[slot]};
      ++figures.all_present;
      figures.all_low = std::min(figures.all_low, value);
      figures.all_high = std::max(figures.all_high, value);
      if (is_category(value, met[slot])) met[slot][static_cast<std::size_t>(value)] = true;
    }
  }
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    slots[slot].all_categories = static_cast<std::size_t>(std::ranges::count(met[slot], true));
}

std::vector<SlotFigures> figures_of(const CsvRows& rows, std::span<const RowUse> uses) {
  std::vector<SlotFigures> slots(rows.slots.size());
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    slots[slot].counts.resize(rows.slots[slot].categories.size());
  for_each_row(rows, uses, [&](std::span<const float> row) {
    for (std::size_t slot = 0; slot < row.size(); ++slot) {
      SlotFigures& figures = slots[slot];
      if (std::isnan(row[slot])) {
        ++figures.missing;
        continue;
      }
      const double value = double{row[slot]};
      ++figures.present;
      figures.sum += value;
      figures.low = std::min(figures.low, value);
      figures.high = std::max(figures.high, value);
      if (is_category(value, figures.counts)) ++figures.counts[static_cast<std::size_t>(value)];
    }
  });
  add_rows_held_out(rows, uses, slots);
  return slots;
}

double median_of_slot(const CsvRows& rows, std::span<const RowUse> uses, std::size_t slot) {
  std::vector<float> values;
  for_each_row(rows, uses, [&](std::span<const float> row) {
    if (!std::isnan(row[slot])) values.push_back(row[slot]);
  });
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 != 0) return double{*middle};
  return (double{*middle} + double{*std::max_element(values.begin(), middle)}) / 2;
}

// Numbers such as -999 that stand for a missing value in many files.
bool is_sentinel(double value) {
  for (const double one :
       {-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0})
    if (value == one) return true;
  return false;
}

class SchemaLearner {
 public:
  SchemaLearner(const CsvRows& rows, std::span<const RowUse> uses, CsvLayout& layout,
                const TableOptions& options)
      : rows_(rows),
        uses_(uses),
        layout_(layout),
        options_(options),
        figures_(figures_of(rows, uses)) {}

  void learn() {
    for (std::size_t slot = 0; slot < layout_.slots.size(); ++slot) {
      TableColumn& column = layout_.schema.columns[layout_.slots[slot]];
      if (const std::string why = why_left_out(slot, column); !why.empty()) {
        leave_out(column, why);
        forget_notes_of(column.name);
        continue;
      }
      if (column.kind == ColumnKind::text) {
        learn_text(slot, column);
        continue;
      }
      column.had_missing = rows_.slots[slot].missing > 0;
      column.indicator = options_.csv.indicator && replaces() && column.had_missing;
      column.kind == ColumnKind::category ? learn_category(slot, column)
                                          : learn_number(slot, column);
    }
    note_constants();
  }

  // In the order of the file's columns.
  std::vector<ColumnSummary> summaries() const {
    std::vector<ColumnSummary> result;
    std::vector<std::size_t> slot_of(layout_.schema.columns.size(), figures_.size());
    for (std::size_t slot = 0; slot < layout_.slots.size(); ++slot)
      slot_of[layout_.slots[slot]] = slot;
    for (std::size_t i = 0; i < slot_of.size(); ++i)
      result.push_back(summary(layout_.schema.columns[i], slot_of[i]));
    return result;
  }

 private:
  // How a column is taken says nothing where it is left out.
  void forget_notes_of(const std::string& name) {
    const std::string taken = fmt::format("\"{}\" is taken for", name);
    std::erase_if(layout_.notes,
                  [&](const TableNote& note) { return note.text.starts_with(taken); });
  }

  bool replaces() const {
    return layout_.schema.missing != MissingPolicy::error &&
           layout_.schema.missing != MissingPolicy::drop_row;
  }

  std::string why_left_out(std::size_t slot, const TableColumn& column) const {
    const SlotFigures& figures = figures_[slot];
    const std::size_t different = figures.all_categories;
    if (figures.present == 0) return "it has no values";
    if (column.kind == ColumnKind::category) {
      const bool asked = std::ranges::find(options_.csv.categorical, column.name) !=
                             options_.csv.categorical.end() ||
                         layout_.embedded.contains(layout_.slots[slot]);
      const bool many = different > kFewCategories && different * 2 > figures.all_present;
      if (rows_.slots[slot].left_out) return "its texts are nearly all different";
      if (many && !asked)
        return fmt::format("its texts are nearly all different ({} in {} rows)", different,
                           figures.all_present);
    }
    return "";
  }

  void note_constants() {
    std::vector<std::string> names;
    for (std::size_t slot = 0; slot < layout_.slots.size(); ++slot) {
      const SlotFigures& figures = figures_[slot];
      const bool one = figures.low == figures.high && figures.missing == 0 && figures.present > 1;
      const TableColumn& column = layout_.schema.columns[layout_.slots[slot]];
      if (one && column.kind != ColumnKind::text) names.push_back(column.name);
    }
    if (names.empty()) return;
    layout_.notes.push_back(
        {false,
         fmt::format("{} column{} the same value in all rows: {:.100}", names.size(),
                     names.size() == 1 ? " has" : "s have", fmt::to_string(fmt::join(names, ", "))),
         {}});
  }

  void leave_out(TableColumn& column, const std::string& why) {
    layout_.notes.push_back(
        {false, fmt::format("the column \"{}\" is left out: {}", column.name, why), {}});
    layout_.left_out[column.name] = why;
    column.kind = ColumnKind::ignored;
  }

  void learn_category(std::size_t slot, TableColumn& column) {
    const auto& counts = figures_[slot].counts;
    const auto named = layout_.embedded.find(layout_.slots[slot]);
    const bool is_named = named != layout_.embedded.end();
    const auto met = static_cast<std::size_t>(
        std::ranges::count_if(counts, [](std::size_t count) { return count > 0; }));
    const bool embeds = is_named || (options_.csv.embed_many && met > kFewCategories);
    const std::size_t least = embeds && shares_rare(counts) ? 2 : 1;
    std::size_t most = 0;
    for (const auto& [text, id] : rows_.slots[slot].categories) {
      if (counts[id] < least) continue;  // in the test rows alone, or rare
      column.categories.push_back(text);
      const bool more = counts[id] > most || (counts[id] == most && text < column.usual);
      if (!more) continue;
      most = counts[id];
      column.usual = text;
    }
    std::ranges::sort(column.categories);
    if (embeds) embed(column, is_named ? named->second : 0, met);
  }

  // What a single row has says little of a category, and of rare ones in general what they have in
  // common. Where all are rare, that is nothing.
  static bool shares_rare(const std::vector<std::size_t>& counts) {
    return std::ranges::any_of(counts, [](std::size_t count) { return count > 1; });
  }

  void learn_text(std::size_t slot, TableColumn& column) {
    learn_texts(rows_.texts, uses_, options_.csv.text->most_words, column);
    for (TableNote& note : notes_of_texts(rows_.texts, rows_.slots[slot].missing, uses_, column))
      layout_.notes.push_back(std::move(note));
  }

  // `met`: its categories in the rows to train on, rare ones too.
  void embed(TableColumn& column, std::size_t size, std::size_t met) {
    column.indicator = false;  // missing values have learned numbers of their own
    column.embedding = 1;
    const std::size_t rows = column.embedding_rows(), most = kMostEmbeddedInAll / rows;
    if (size > most)
      throw Error(
          ErrorKind::data,
          fmt::format("{} learned numbers for each of {} categories of \"{}\" are more than "
                      "the {} allowed",
                      size, column.categories.size(), column.name, kMostEmbeddedInAll),
          "--embed", fmt::format("--embed \"{}={}\"", column.name, most));
    column.embedding = size > 0 ? size : std::min(most, embedding_size(column.categories.size()));
    const std::size_t rare = met - column.categories.size();
    if (rare > 0)
      layout_.notes.push_back(
          {false,
           fmt::format("{} {} of \"{}\" {} in a single row to train on, and {} the learned numbers "
                       "of categories that are not known",
                       rare, rare == 1 ? "category" : "categories", column.name,
                       rare == 1 ? "is" : "are", rare == 1 ? "has" : "have"),
           {}});
  }

  void learn_number(std::size_t slot, TableColumn& column) {
    const SlotFigures& figures = figures_[slot];
    const double mean = figures.sum / static_cast<double>(figures.present);
    if (layout_.schema.missing == MissingPolicy::median)
      column.replacement = median_of_slot(rows_, uses_, slot);
    else if (layout_.schema.missing != MissingPolicy::zero)
      column.replacement = mean;
    else
      column.replacement = -column.offset;
    if (column.format == CellFormat::number) look_for_sentinel(slot, column);
  }

  // A sentinel is the lowest or highest value, and the others are far from it.
  void look_for_sentinel(std::size_t slot, const TableColumn& column) {
    const SlotFigures& figures = figures_[slot];
    for (const double end : {figures.low, figures.high}) {
      if (!is_sentinel(end + column.offset)) continue;
      double low = INFINITY, high = -INFINITY;
      std::size_t times = 0;
      for_each_row(rows_, uses_, [&](std::span<const float> row) {
        const double value = double{row[slot]};
        if (std::isnan(value)) return;
        if (value == end) ++times;
        if (value != end) low = std::min(low, value), high = std::max(high, value);
      });
      const double gap = end < low ? low - end : end - high;
      if (!(low <= high) || times < 2 || gap <= high - low || gap <= 8) continue;
      layout_.notes.push_back(
          {true,
           fmt::format("\"{}\" has {} {} times, far from its other values ({:.6g} to {:.6g}): does "
                       "it stand for a missing value?",
                       column.name, end + column.offset, times, low + column.offset,
                       high + column.offset),
           fmt::format("--missing-text {}", end + column.offset)});
    }
  }

  ColumnSummary summary(const TableColumn& column, std::size_t slot) const {
    ColumnSummary result;
    result.name = column.name;
    const auto reason = layout_.left_out.find(column.name);
    constexpr const char* kFormats[] = {"number", "date", "yes or no", "duration"};
    if (column.kind == ColumnKind::ignored)
      result.kind = reason == layout_.left_out.end() ? "left out" : "left out: " + reason->second;
    else if (column.kind == ColumnKind::category)
      result.kind =
          fmt::format("category of {}", column.categories.size()) +
          (column.embedding > 0 ? fmt::format(", {} learned numbers for each", column.embedding)
                                : "");
    else if (column.kind == ColumnKind::text)
      result.kind =
          fmt::format("text of {} to {} {}, {} different ones are known", figures_[slot].all_low,
                      figures_[slot].all_high, plural(column.text_unit), column.token_count() - 1);
    else if (column.kind == ColumnKind::target)
      result.kind = column.format == CellFormat::date ? "target, a date" : "target";
    else if (column.kind == ColumnKind::weight)
      result.kind = "weight";
    else
      result.kind = kFormats[static_cast<std::size_t>(column.format)];
    if (slot == figures_.size()) return result;
    result.missing = rows_.slots[slot].missing;
    if (column.kind != ColumnKind::number) return result;
    result.low = figures_[slot].all_low + column.offset;
    result.high = figures_[slot].all_high + column.offset;
    const bool times = result.low >= 0 && result.high < 1;
    if (column.format == CellFormat::date && times) result.kind = "time of day";
    if (column.unit != kPercent) result.unit = column.unit;  // 45% is shown as 0.45
    return result;
  }

  const CsvRows& rows_;
  const std::span<const RowUse> uses_;
  CsvLayout& layout_;
  const TableOptions& options_;
  const std::vector<SlotFigures> figures_;
};

}  // namespace

std::vector<ColumnSummary> learn_schema(const CsvRows& rows, std::span<const RowUse> uses,
                                        CsvLayout& layout, const TableOptions& options,
                                        const std::string& file) {
  if (rows.rows.rows() == 0)
    throw Error(ErrorKind::data,
                rows.dropped > 0 ? "a value is missing in every row, and such rows are left out"
                                 : "the target is missing in every row",
                file,
                rows.dropped > 0 ? "--missing mean, or --ignore columns with many missing values"
                                 : "--target COLUMN");
  SchemaLearner learner(rows, uses, layout, options);
  learner.learn();
  return learner.summaries();
}

}  // namespace lithe::data
