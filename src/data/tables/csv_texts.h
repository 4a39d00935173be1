// The texts of a column of a CSV file, from their cells to the numbers of their tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/examples/split.h"
#include "data/tables/answers.h"
#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

inline constexpr std::size_t kMostTextTokens = 100'000;              // of a text
inline constexpr std::size_t kMostTextWords = std::size_t{1} << 20;  // of all texts

// The tokens of the texts of the rows that are read: each has an id, by order of appearance or that
// of a schema. No more of a text is looked at than its first tokens.
class TextTokens {
 public:
  static constexpr std::uint32_t kUnknown = UINT32_MAX;

  TextTokens() = default;
  TextTokens(TextUnit unit, std::size_t most) : unit_(unit), most_(most) {}
  explicit TextTokens(const TableColumn& column);

  // Adds the text of the present row, and says how many of its tokens are taken.
  std::size_t add(std::string_view text);
  // Ends the present row, which counts or is dropped.
  void keep();
  void drop();

  std::span<const std::uint32_t> row(std::size_t index) const;
  const TextIndex& ids() const { return ids_; }  // of bytes: none, an id is the byte
  TextUnit unit() const { return unit_; }
  std::size_t most() const { return most_; }
  std::size_t longest() const { return longest_; }
  std::size_t cut() const { return cut_; }          // texts that have more tokens
  std::size_t unknown() const { return unknown_; }  // tokens that the schema does not have
  std::size_t all() const { return tokens_.size(); }

 private:
  std::uint32_t id_of(std::string_view token);

  TextUnit unit_ = TextUnit::words;
  std::size_t most_ = 0;
  bool known_ = false;
  TextIndex ids_;
  std::vector<std::uint32_t> tokens_;
  std::vector<std::size_t> ends_ = {0};
  bool is_cut_ = false;
  std::size_t cut_ = 0, longest_ = 0, unknown_ = 0;
};

// Gives the column its length and, by the rows to train on, its tokens, of words at most
// `most_words`.
void learn_texts(const TextTokens& texts, std::span<const RowUse> uses, std::size_t most_words,
                 TableColumn& column);
// What is to be said of it.
std::vector<TableNote> notes_of_texts(const TextTokens& texts, std::size_t empty,
                                      std::span<const RowUse> uses, const TableColumn& column);

// The rows of one use: features and lengths.
void fill_texts(const TextTokens& texts, const TableColumn& column, std::span<const RowUse> uses,
                RowUse use, TableMemory& memory);

}  // namespace lithe::data
