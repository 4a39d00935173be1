// Text from a model, token by token.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "lithe/error.h"
#include "lithe/probabilities.h"
#include "lithe/stepper.h"
#include "lithe/table.h"
#include "lithe/text.h"

namespace lithe {

namespace {

Vocabulary vocabulary_of(const Model& model) {
  const std::string& json = model.preprocessing().vocabulary;
  const std::string& schema = model.preprocessing().schema;
  if (const TableSchema table = schema.empty() ? TableSchema{} : TableSchema::from_json(schema);
      table.text() != nullptr)
    throw Error(ErrorKind::model,
                fmt::format("the model answers for the texts of the column \"{}\", and does not go "
                            "on with one",
                            table.text()->name),
                model.network().to_string(),
                fmt::format("lithe predict MODEL TABLE, a table with the column \"{}\"",
                            table.text()->name));
  if (json.empty())
    throw Error(ErrorKind::model, "the model was not trained on text", model.network().to_string(),
                "a model that `lithe train` made of a text");
  const auto loss = model.metadata().find("lithe.loss");
  if (loss == model.metadata().end() || !loss->second.starts_with("cross_entropy"))
    throw Error(ErrorKind::model,
                fmt::format("the model's answers are no logits of tokens: its loss is {}",
                            loss == model.metadata().end() ? "unknown" : loss->second),
                model.network().to_string(), "a model trained with the loss cross_entropy");
  Vocabulary vocabulary = Vocabulary::from_json(json);
  const Shape shape = model.network().output_shape();
  if (shape.sizes.back() != vocabulary.size())
    throw Error(ErrorKind::model,
                fmt::format("the vocabulary has {} tokens and the network gives {}",
                            vocabulary.size(), shape.to_string()),
                model.network().to_string(),
                fmt::format("end the network with dense({})", vocabulary.size()));
  return vocabulary;
}

// The network on a text that grows. Where it has come to the most that it can look at, it goes
// through the newer half again.
class Reader {
 public:
  Reader(const Model& model, const std::string& isa) : stepper_(model, isa) {}

  std::span<const float> read(std::int32_t token) {
    tokens_.push_back(token);
    if (stepper_.most() == 0 || stepper_.positions() < stepper_.most()) return step(token);
    stepper_.reset();
    const std::size_t kept = std::max<std::size_t>(1, stepper_.most() / 2);
    std::span<const float> logits;
    for (std::size_t i = tokens_.size() - kept; i < tokens_.size(); ++i) logits = step(tokens_[i]);
    return logits;
  }

 private:
  std::span<const float> step(std::int32_t token) {
    const auto value = static_cast<float>(token);
    return stepper_.step({&value, 1});
  }

  Stepper stepper_;
  std::vector<std::int32_t> tokens_;
};

void check(const GenerateOptions& options) {
  if (!(options.temperature >= 0) || !std::isfinite(options.temperature))
    throw Error(ErrorKind::usage, fmt::format("a temperature of {}", options.temperature),
                "--temperature", "0 or more; 0.8, say");
}

}  // namespace

std::size_t draw_token(std::span<const float> logits, const GenerateOptions& options, double draw,
                       std::size_t never) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase(order, never);
  // Of equal ones the first, as predicted_class has it.
  const auto before = [&](std::size_t a, std::size_t b) {
    return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
  };
  if (options.temperature == 0) return *std::ranges::min_element(order, before);
  const std::size_t most =
      options.top_k == 0 ? order.size() : std::min(options.top_k, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                    before);
  order.resize(most);
  std::vector<double> shares;
  for (const std::size_t token : order)
    shares.push_back(
        std::exp((static_cast<double>(logits[token]) - static_cast<double>(logits[order.front()])) /
                 options.temperature));
  double left = draw * std::accumulate(shares.begin(), shares.end(), 0.0);
  for (std::size_t i = 0; i < most; ++i) {
    left -= shares[i];
    if (left < 0) return order[i];
  }
  return order.back();
}

std::string generate(const Model& model, const std::string& prompt,
                     const GenerateOptions& options) {
  check(options);
  const Vocabulary vocabulary = vocabulary_of(model);
  const std::vector<std::int32_t> given = vocabulary.encode(prompt, "the text to go on with");
  if (given.empty())
    throw Error(ErrorKind::data, "there is no text to go on with", "--text",
                fmt::format("at least one {}", singular(vocabulary.unit())));
  Reader reader(model, options.isa);
  std::span<const float> logits;
  for (const std::int32_t token : given) logits = reader.read(token);
  Rng random(options.seed, base::make_stream(base::StreamPurpose::text, 0));
  std::string text;
  for (std::size_t i = 0; i < options.length; ++i) {
    if (!std::ranges::all_of(logits, [](float value) { return std::isfinite(value); }))
      throw Error(ErrorKind::numeric, "the model's answers are not numbers", {},
                  "train it with a smaller learning rate");
    const auto token = static_cast<std::int32_t>(
        draw_token(logits, options, random.uniform(), vocabulary.unknown()));
    const std::string piece = std::string(vocabulary.space_before(token)) +
                              vocabulary.token(static_cast<std::size_t>(token));
    text += piece;
    if (options.progress && !options.progress(piece)) break;
    if (i + 1 < options.length) logits = reader.read(token);
  }
  return text;
}

}  // namespace lithe
