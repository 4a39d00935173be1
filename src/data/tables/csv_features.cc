#include "data/tables/csv_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "lithe/error.h"

namespace lithe::data {

namespace {

// The conversion of a slot of a row to features.
struct Recipe {
  std::size_t first = 0;              // of its features
  std::vector<std::uint32_t> places;  // of a category: by order of appearance
  float replacement = 0;
  bool category = false, indicator = false;
};

double median(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 != 0) return *middle;
  return (double{*middle} + double{*std::max_element(values.begin(), middle)}) / 2;
}

std::vector<double> means(const RowStore& rows) {
  std::vector<double> sums(rows.width()), counts(rows.width());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto row = rows.row(i);
    for (std::size_t slot = 0; slot < row.size(); ++slot) {
      if (std::isnan(row[slot])) continue;
      sums[slot] += double{row[slot]};
      ++counts[slot];
    }
  }
  for (std::size_t slot = 0; slot < sums.size(); ++slot)
    sums[slot] = counts[slot] == 0 ? 0 : sums[slot] / counts[slot];
  return sums;
}

double median_of_slot(const RowStore& rows, std::size_t slot) {
  std::vector<float> values;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    if (const float value = rows.row(i)[slot]; !std::isnan(value)) values.push_back(value);
  return median(std::move(values));
}

void learn_replacements(const CsvRows& rows, CsvLayout& layout) {
  const MissingPolicy policy = layout.schema.missing;
  if (policy != MissingPolicy::mean && policy != MissingPolicy::median) return;
  const auto mean = policy == MissingPolicy::mean ? means(rows.rows) : std::vector<double>();
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot) {
    TableColumn& column = layout.schema.columns[layout.slots[slot]];
    if (column.kind != ColumnKind::number) continue;
    column.replacement =
        policy == MissingPolicy::mean ? mean[slot] : median_of_slot(rows.rows, slot);
  }
}

// A column with only missing values cannot be used: its kind is unknown.
void check_not_empty(const CsvRows& rows, const CsvLayout& layout, const std::string& file) {
  if (rows.rows.rows() == 0)
    throw Error(ErrorKind::data, "a value is missing in every row, and such rows are dropped", file,
                "ignore columns with many missing values, or replace these");
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot)
    if (rows.slots[slot].missing == rows.rows.rows())
      throw Error(ErrorKind::data,
                  fmt::format("the column \"{}\" has no values",
                              layout.schema.columns[layout.slots[slot]].name),
                  file, "ignore it");
}

void learn_schema(const CsvRows& rows, CsvLayout& layout, const TableOptions& options,
                  const std::string& file) {
  check_not_empty(rows, layout, file);
  const MissingPolicy policy = layout.schema.missing;
  const bool replaced = policy != MissingPolicy::error && policy != MissingPolicy::drop_row;
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot) {
    TableColumn& column = layout.schema.columns[layout.slots[slot]];
    column.indicator = options.csv.indicator && replaced && rows.slots[slot].missing > 0;
    for (const auto& [text, id] : rows.slots[slot].categories) column.categories.push_back(text);
    std::ranges::sort(column.categories);
  }
  learn_replacements(rows, layout);
}

std::vector<Recipe> make_recipes(const CsvRows& rows, const CsvLayout& layout) {
  std::vector<Recipe> recipes;
  std::size_t first = 0;
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot) {
    const TableColumn& column = layout.schema.columns[layout.slots[slot]];
    Recipe recipe;
    recipe.first = first;
    recipe.category = column.kind == ColumnKind::category;
    recipe.indicator = column.indicator;
    recipe.replacement = static_cast<float>(column.replacement);
    const TextIndex& ids = rows.slots[slot].categories;
    recipe.places.resize(ids.size());
    for (std::uint32_t place = 0; place < column.categories.size(); ++place)
      recipe.places[ids.find(column.categories[place])->second] = place;
    first += column.features();
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

// `out` is all zeros.
void write_features(const Recipe& recipe, float value, float* out) {
  const bool missing = std::isnan(value);
  float* const here = out + recipe.first;
  if (recipe.indicator && missing) here[recipe.category ? recipe.places.size() : 1] = 1;
  if (!recipe.category)
    *here = missing ? recipe.replacement : value;
  else if (!missing && value != kUnknownCategory)
    here[recipe.places[static_cast<std::size_t>(value)]] = 1;
}

bool is_plain(const TableSchema& schema) {
  return std::ranges::all_of(schema.columns, [](const TableColumn& column) {
    return column.features() == (column.kind == ColumnKind::number ? 1 : 0);
  });
}

void fill_features(CsvRows& rows, const CsvLayout& layout, std::size_t columns, float* out) {
  const auto recipes = make_recipes(rows, layout);
  const bool plain = is_plain(layout.schema);
  rows.rows.drain([&](std::span<const float> piece) {
    if (plain) {
      for (std::size_t i = 0; i < piece.size(); ++i) {
        out[i] = std::isnan(piece[i]) ? recipes[i % recipes.size()].replacement : piece[i];
      }
      out += piece.size();
      return;
    }
    for (; !piece.empty(); piece = piece.subspan(recipes.size()), out += columns)
      for (std::size_t slot = 0; slot < recipes.size(); ++slot)
        write_features(recipes[slot], piece[slot], out);
  });
}

}  // namespace

TablePart make_csv_part(CsvRows& rows, CsvLayout& layout, const TableOptions& options, bool known,
                        const std::string& file) {
  if (!known) learn_schema(rows, layout, options, file);
  const std::size_t count = rows.rows.rows(), columns = layout.schema.feature_count();
  if (columns > kMostColumns)
    throw Error(ErrorKind::data, fmt::format("more than {} features with all categories", columns),
                file, "ignore columns with many categories");
  check_table_size(count, columns, sizeof(float), options, file);
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(count * columns * sizeof(float));
  fill_features(rows, layout, columns, reinterpret_cast<float*>(memory->features.data()));
  memory->weights = std::move(rows.weights);

  TablePart part;
  part.examples.features = {.data = nullptr,
                            .type = ElementType::float32,
                            .rows = count,
                            .columns = columns,
                            .row_stride = columns * sizeof(float)};
  part.shape = {columns};
  part.dropped_rows = rows.dropped;
  Answers answers = layout.has_target ? rows.answers.finish() : Answers{};
  if (!known) {
    layout.schema.task = answers.task;
    layout.schema.class_names = answers.class_names;
  }
  attach(*memory, std::move(answers), part);
  part.class_names = layout.schema.class_names;
  part.schema = layout.schema;
  part.memory = std::move(memory);
  return part;
}

}  // namespace lithe::data
