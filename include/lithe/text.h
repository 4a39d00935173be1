// Text: as numbers of its characters, bytes or words, and as examples for a language model.
//
//   const lithe::TextData text = lithe::load_text("book.txt", {.window = 64});
//   // text.data.train: windows of 64 characters; the answer at each position is the next one
//   const lithe::Vocabulary& vocabulary = text.vocabulary;
//   vocabulary.decode(vocabulary.encode("Call me", "my text"));  // "Call me"
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/text_unit.h"

namespace lithe {

// The tokens that a model knows, by number. Of words, number 0 stands for all that are not among
// them. Characters that are not among them are an error.
class Vocabulary {
 public:
  // Those of a text: its characters in the order of their code points; all 256 bytes; the `most`
  // most frequent words, the most frequent first. Throws Error(data) for text that is not UTF-8
  // (bytes may be anything) or has no token. `where` is the file's name, to show.
  static Vocabulary of(std::string_view text, TextUnit unit, const std::string& where,
                       std::size_t most = 10'000);
  // As to_json() wrote it. Throws Error(model) for anything else.
  static Vocabulary from_json(const std::string& json);
  std::string to_json() const;

  TextUnit unit() const { return unit_; }
  std::size_t size() const { return tokens_.size(); }
  // A token as text: "a", "whale", or a byte.
  const std::string& token(std::size_t number) const { return tokens_[number]; }
  // The number that stands for unknown words; size() where there is none.
  std::size_t unknown() const { return unit_ == TextUnit::words ? 0 : size(); }

  // The numbers of a text's tokens. Throws Error(data) for text that is not UTF-8, and for a
  // character that is not in the vocabulary, which it names with its line.
  std::vector<std::int32_t> encode(std::string_view text, const std::string& where) const;
  // Words are joined by spaces, but not in front of , . ; : ! ? and the like.
  std::string decode(std::span<const std::int32_t> tokens) const;
  // What decode() puts in front of a token that follows others: a space, or nothing.
  std::string_view space_before(std::int32_t token) const;

 private:
  Vocabulary(TextUnit unit, std::vector<std::string> tokens);

  TextUnit unit_;
  std::vector<std::string> tokens_;
  std::map<std::string, std::int32_t, std::less<>> numbers_;
};

// How a text becomes examples. A window is `window` tokens, and the answer at each of its positions
// is the token behind that position. Windows to train on begin `stride` tokens apart; those to test
// on lie side by side, so that each token is asked for once.
struct TextOptions {
  TextUnit unit = TextUnit::chars;
  std::size_t window = 64;
  std::size_t stride = 0;           // 0: as long as a window
  double test_share = 0.1;          // the end of the text, to test on
  std::size_t most_words = 10'000;  // in the vocabulary

  std::size_t step() const { return stride == 0 ? window : stride; }
  // As a model's metadata keep it, and from there. parse() throws Error(model).
  std::string to_string() const;
  static TextOptions parse(const std::string& text);
};

// Windows of a text. They are views of one array of token numbers: the labels of a window are its
// features, one token further on. No window reaches from the part to train on into the other.
struct TextData {
  Dataset data;
  Vocabulary vocabulary;
  TextOptions options;
  std::size_t tokens = 0;        // of the whole text
  std::size_t train_tokens = 0;  // of the part to train on
  std::size_t unknown = 0;       // tokens that are not in the vocabulary
};

// Reads a file of plain text, or one packed by gzip or Zstandard. Throws Error(io) where it cannot
// be read; Error(data) for an empty file, text that is not UTF-8, text that is too short for a
// window in each part, and for text of one token alone, again and again.
TextData load_text(const std::filesystem::path& file, const TextOptions& options);
// With a vocabulary that a model has. All of the text is to test on where the share is 1.
TextData load_text(const std::filesystem::path& file, const TextOptions& options,
                   const Vocabulary& vocabulary);

// How a model goes on with a text.
struct GenerateOptions {
  std::size_t length = 200;  // tokens to generate
  // What logits are divided by before a token is drawn: below 1 more probable ones come more often.
  // 0: always the most probable one.
  double temperature = 1;
  std::size_t top_k = 0;  // draw among that many of the most probable tokens; 0: all
  std::uint64_t seed = 1;
  std::string isa = "auto";
  // Called with each piece of text as it is made; may be empty. False ends the text.
  std::function<bool(std::string_view)> progress = {};
};

// What the model has to say behind the prompt. The same for the same seed. Tokens go through the
// network one by one (lithe/stepper.h). Where it has attention or positions, it can look at no more
// tokens than those that its windows had: when as many are reached, the newer half of them is gone
// through anew, as if the text began there. Recurrent layers alone go on for ever. Throws
// Error(model) for a model that is not one of text or answers with other than a cross-entropy;
// Error(data) for an empty prompt, or a character that the vocabulary does not have.
std::string generate(const Model& model, const std::string& prompt,
                     const GenerateOptions& options = {});

// The number of a token, drawn from logits; `draw` is from 0 to 1. `never`: a token that is not
// drawn.
std::size_t draw_token(std::span<const float> logits, const GenerateOptions& options, double draw,
                       std::size_t never);

// Lines that say how a text was taken, and its first window with its answer.
std::vector<std::string> describe(const TextData& text);
std::vector<std::string> describe_first_window(const TextData& text);
std::string describe_json(const TextData& text);

}  // namespace lithe
