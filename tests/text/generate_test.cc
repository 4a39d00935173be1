// Generated text: the same as from the whole window, and for the same seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lithe/network.h"
#include "lithe/text.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

constexpr const char* kLetters = "abcdefgh ";
constexpr std::size_t kContext = 24, kTokens = 9;

Model model_of(const std::string& layers) {
  Preprocessing preprocessing;
  preprocessing.vocabulary = Vocabulary::of(kLetters, TextUnit::chars, "t").to_json();
  Model model(Network::parse("input(24) -> " + layers), Precision::float32, 4, preprocessing);
  model.metadata()["lithe.loss"] = "cross_entropy";
  return model;
}

const char* const kTransformer =
    "embedding(9, 16, init=normal(1)) -> position(init=normal(1)) -> "
    "repeat(2, transformer(2, 32, causal)) -> dense(9, init=normal(1))";
const char* const kGru = "embedding(9, 16, init=normal(1)) -> gru(20, all) -> dense(9)";

// The most probable tokens, each from a pass over all tokens up to it.
std::string from_whole_windows(const Model& model, const std::string& prompt, std::size_t length) {
  const Vocabulary vocabulary = Vocabulary::from_json(model.preprocessing().vocabulary);
  std::vector<std::int32_t> tokens = vocabulary.encode(prompt, "t");
  const std::size_t given = tokens.size();
  while (tokens.size() < given + length) {
    std::vector<float> window(kContext, 0);
    std::ranges::copy(tokens, window.begin());
    const std::vector<double> outputs = model.predict(Features::of(window, 1, kContext));
    const auto row = outputs.begin() + static_cast<std::ptrdiff_t>((tokens.size() - 1) * kTokens);
    tokens.push_back(static_cast<std::int32_t>(std::max_element(row, row + kTokens) - row));
  }
  return vocabulary.decode(std::span(tokens).subspan(given));
}

TEST(Generate, GoesOnAsWholeWindowsDo) {
  for (const char* layers : {kTransformer, kGru}) {
    const Model model = model_of(layers);
    const std::string expected = from_whole_windows(model, "abc", 20);
    EXPECT_EQ(generate(model, "abc", {.length = 20, .temperature = 0}), expected);
  }
}

TEST(Generate, IsTheSameForASeed) {
  const Model model = model_of(kTransformer);
  const auto text = [&](std::uint64_t seed) {
    return generate(model, "hag", {.length = 100, .temperature = 1, .seed = seed});
  };
  EXPECT_EQ(text(1), text(1));
  EXPECT_NE(text(1), text(2));
  EXPECT_EQ(text(1).size(), 100U);  // also beyond what the network can look at
  EXPECT_EQ(generate(model, "hag", {.length = 60, .temperature = 1, .top_k = 1}),
            generate(model, "hag", {.length = 60, .temperature = 0}));
}

TEST(Generate, TellsEachPieceAndStops) {
  const Model model = model_of(kGru);
  std::string told;
  const std::string text =
      generate(model, "a", {.length = 50, .progress = [&](std::string_view piece) {
                              told += piece;
                              return told.size() < 7;
                            }});
  EXPECT_EQ(told, text);
  EXPECT_EQ(text.size(), 7U);
}

TEST(Generate, DrawsByTheProbabilities) {
  const std::vector<float> logits = {0, 1, 3, 2};
  const auto draw = [&](double at, GenerateOptions options, std::size_t never = 9) {
    return draw_token(logits, options, at, never);
  };
  EXPECT_EQ(draw(0.5, {.temperature = 0}), 2U);
  EXPECT_EQ(draw(0.5, {.temperature = 0}, 2), 3U);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  const double best = std::exp(3.0) / sum, second = std::exp(2.0) / sum;
  EXPECT_EQ(draw(best - 1e-9, {}), 2U);
  EXPECT_EQ(draw(best + 1e-9, {}), 3U);
  EXPECT_EQ(draw(best + second + 1e-9, {}), 1U);
  EXPECT_EQ(draw(1 - 1e-12, {}), 0U);
  EXPECT_EQ(draw(1 - 1e-12, {.top_k = 2}), 3U);
  EXPECT_EQ(draw(0.9, {.temperature = 0.1}), 2U);
  EXPECT_EQ(draw(0.9, {.temperature = 1000}), 0U);
}

TEST(Generate, MistakesAreNamed) {
  const Model model = model_of(kGru);
  test::expect_error(ErrorKind::data, {"there is no text"}, [&] { generate(model, ""); });
  test::expect_error(ErrorKind::data, {"'x' is not among the 9"}, [&] { generate(model, "ax"); });
  test::expect_error(ErrorKind::usage, {"temperature"},
                     [&] { generate(model, "a", {.temperature = -1}); });
  Model other = model_of(kGru);
  other.metadata()["lithe.loss"] = "quadratic";
  test::expect_error(ErrorKind::model, {"its loss is quadratic"}, [&] { generate(other, "a"); });
  const Model plain(Network::parse("input(24) -> embedding(9, 4) -> gru(4, all) -> dense(9)"));
  test::expect_error(ErrorKind::model, {"not trained on text"}, [&] { generate(plain, "a"); });
  const Model ahead = model_of("embedding(9, 8) -> attention(2) -> dense(9)");
  test::expect_error(ErrorKind::sentence, {"causal"}, [&] { generate(ahead, "a"); });
}

}  // namespace
}  // namespace lithe
