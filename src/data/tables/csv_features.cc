#include "data/tables/csv_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/tables/csv_texts.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

// The conversion of a slot of a row to features.
struct Recipe {
  std::size_t first = 0;              // of its features
  std::vector<std::uint32_t> places;  // of a category: by order of appearance; kNone: it has none
  std::uint32_t missing = kNone, unknown = kNone;  // places that such values take
  float replacement = 0;
  bool used = true, category = false, indicator = false, embedded = false;
};

// Of an embedded category: the row of its table.
void make_embedded(const TableColumn& column, const TextIndex& ids, Recipe& recipe) {
  recipe.embedded = true;
  recipe.places.assign(ids.size(), 0);
  recipe.unknown = 0;
  recipe.missing = column.had_missing ? static_cast<std::uint32_t>(column.embedding_rows() - 1) : 0;
  for (std::uint32_t place = 0; place < column.categories.size(); ++place)
    if (const auto id = ids.find(column.categories[place]); id != ids.end())
      recipe.places[id->second] = place + 1;
}

void make_one_hot(const TableColumn& column, const TextIndex& ids, UnknownCategory unknown,
                  Recipe& recipe) {
  recipe.places.assign(ids.size(), kNone);
  for (std::uint32_t place = 0; place < column.categories.size(); ++place) {
    if (const auto id = ids.find(column.categories[place]); id != ids.end())
      recipe.places[id->second] = place;
    if (column.categories[place] != column.usual) continue;
    if (!column.had_missing) recipe.missing = place;
    if (unknown == UnknownCategory::usual) recipe.unknown = place;
  }
}

std::vector<Recipe> make_recipes(const CsvRows& rows, const CsvLayout& layout,
                                 const TableOptions& options) {
  std::vector<Recipe> recipes;
  std::size_t first = 0;
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot) {
    const TableColumn& column = layout.schema.columns[layout.slots[slot]];
    Recipe recipe;
    recipe.first = first;
    recipe.used = column.features() > 0;
    recipe.category = column.kind == ColumnKind::category;
    recipe.indicator = column.indicator;
    recipe.replacement = static_cast<float>(column.replacement);
    const TextIndex& ids = rows.slots[slot].categories;
    if (column.embedding > 0)
      make_embedded(column, ids, recipe);
    else
      make_one_hot(column, ids, options.unknown_category, recipe);
    first += column.features();
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

// `out` is all zeros.
void write_features(const Recipe& recipe, float value, float* out) {
  if (!recipe.used) return;
  const bool missing = std::isnan(value);
  float* const here = out + recipe.first;
  if (!recipe.category) {
    *here = missing ? recipe.replacement : value;
    if (recipe.indicator && missing) here[1] = 1;
    return;
  }
  std::uint32_t place = recipe.missing;
  if (!missing) {
    place = value == kUnknownCategory ? kNone : recipe.places[static_cast<std::size_t>(value)];
    if (place == kNone) place = recipe.unknown;
  } else if (recipe.indicator) {
    return;  // its last feature, which the caller knows the place of
  }
  if (recipe.embedded)
    *here = static_cast<float>(place);
  else if (place != kNone)
    here[place] = 1;
}

// Where rows go: to one of two matrices, or nowhere.
class Sorter {
 public:
  Sorter(std::span<const RowUse> uses, std::size_t columns, float* train, float* test)
      : uses_(uses), columns_(columns), train_(train), test_(test) {}

  float* next() {
    switch (uses_[row_++]) {
      case RowUse::train:
        return std::exchange(train_, train_ + columns_);
      case RowUse::test:
        return std::exchange(test_, test_ + columns_);
      case RowUse::none:
        break;
    }
    return nullptr;
  }

 private:
  std::span<const RowUse> uses_;
  std::size_t columns_, row_ = 0;
  float *train_, *test_;
};

void fill_features(CsvRows& rows, const CsvLayout& layout, const TableOptions& options,
                   Sorter sorter) {
  const auto recipes = make_recipes(rows, layout, options);
  const bool plain = std::ranges::all_of(recipes, [](const Recipe& recipe) {
    return recipe.used && !recipe.category && !recipe.indicator;
  });
  std::vector<std::size_t> marks;  // of categories with an indicator: its place
  for (std::size_t slot = 0; slot < recipes.size(); ++slot)
    marks.push_back(recipes[slot].first +
                    layout.schema.columns[layout.slots[slot]].categories.size());
  rows.rows.drain([&](std::span<const float> piece) {
    for (; !piece.empty(); piece = piece.subspan(recipes.size())) {
      float* const out = sorter.next();
      if (out == nullptr) continue;
      if (plain) {
        for (std::size_t slot = 0; slot < recipes.size(); ++slot)
          out[slot] = std::isnan(piece[slot]) ? recipes[slot].replacement : piece[slot];
        continue;
      }
      for (std::size_t slot = 0; slot < recipes.size(); ++slot) {
        write_features(recipes[slot], piece[slot], out);
        if (recipes[slot].category && recipes[slot].indicator && std::isnan(piece[slot]))
          out[marks[slot]] = 1;
      }
    }
  });
}

// The values of the rows of one use.
template <typename Value>
std::vector<Value> values_for(RowUse use, const std::vector<Value>& values, std::size_t width,
                              std::span<const RowUse> uses) {
  std::vector<Value> result;
  for (std::size_t row = 0; row < values.size() / width; ++row)
    if (uses[row] == use)
      result.insert(result.end(), values.begin() + static_cast<std::ptrdiff_t>(row * width),
                    values.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
  return result;
}

Answers answers_for(RowUse use, const Answers& answers, std::span<const RowUse> uses) {
  return {.task = answers.task,
          .class_names = answers.class_names,
          .labels = values_for(use, answers.labels, 1, uses),
          .targets = values_for(use, answers.targets, answers.target_columns, uses),
          .target_columns = answers.target_columns};
}

TablePart make_part(const CsvLayout& layout, std::size_t count, std::size_t columns,
                    std::shared_ptr<TableMemory> memory, Answers answers) {
  TablePart part;
  part.examples.features = {.data = nullptr,
                            .type = ElementType::float32,
                            .rows = count,
                            .columns = columns,
                            .row_stride = columns * sizeof(float)};
  part.shape = {columns};
  if (layout.schema.text() != nullptr) {
    part.examples.features.type = ElementType::int32;
    part.examples.features.lengths = memory->lengths.data();
  }
  attach(*memory, std::move(answers), part);
  part.class_names = layout.schema.class_names;
  part.schema = layout.schema;
  part.memory = std::move(memory);
  return part;
}

}  // namespace

TableParts make_parts(CsvRows& rows, const Answers& answers, std::span<const RowUse> uses,
                      const CsvLayout& layout, const TableOptions& options,
                      const std::string& file) {
  const std::size_t count = rows.rows.rows(), columns = layout.schema.feature_count();
  if (columns == 0 && options.windows.length == 0)
    throw Error(ErrorKind::data, "no column is left as a feature", file,
                "a table with columns beside the target");
  if (columns > kMostColumns)
    throw Error(ErrorKind::data, fmt::format("more than {} features with all categories", columns),
                file, "--ignore columns with many categories");
  check_table_size(count, columns, sizeof(float), options, file);
  check_table_memory(count, columns, sizeof(float));
  const auto tested = static_cast<std::size_t>(std::ranges::count(uses, RowUse::test));
  const auto trained = static_cast<std::size_t>(std::ranges::count(uses, RowUse::train));
  auto train = std::make_shared<TableMemory>(), test = std::make_shared<TableMemory>();
  train->features = base::AlignedArray<std::uint8_t>(trained * columns * sizeof(float));
  test->features = base::AlignedArray<std::uint8_t>(tested * columns * sizeof(float));
  if (const TableColumn* text = layout.schema.text()) {
    fill_texts(rows.texts, *text, uses, RowUse::train, *train);
    fill_texts(rows.texts, *text, uses, RowUse::test, *test);
  } else {
    fill_features(rows, layout, options,
                  Sorter(uses, columns, reinterpret_cast<float*>(train->features.data()),
                         reinterpret_cast<float*>(test->features.data())));
  }
  train->weights = values_for(RowUse::train, rows.weights, 1, uses);
  test->weights = values_for(RowUse::test, rows.weights, 1, uses);
  return {make_part(layout, trained, columns, std::move(train),
                    answers_for(RowUse::train, answers, uses)),
          make_part(layout, tested, columns, std::move(test),
                    answers_for(RowUse::test, answers, uses))};
}

}  // namespace lithe::data
