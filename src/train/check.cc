#include "train/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "layers/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe::train {

namespace {
constexpr std::size_t kMostThreads = 1024;
}

void check_examples(const Model& model, const Examples& examples) {
  const std::size_t inputs = model.network().input_shape().size();
  if (examples.features.columns != inputs)
    throw Error(ErrorKind::data, fmt::format("the network takes {} values and an example has {}",
                                             inputs, examples.features.columns));
  const std::size_t outputs = model.network().output_shape().size();
  if (examples.classes > outputs)
    throw Error(ErrorKind::data,
                fmt::format("the data have {} classes and the network {} output{}",
                            examples.classes, outputs, outputs == 1 ? "" : "s"),
                {}, fmt::format("end the network with {} units", examples.classes));
  const std::span labels(examples.labels, examples.features.rows);
  const auto bad = [outputs](std::int32_t label) {
    return label < 0 || static_cast<std::size_t>(label) >= outputs;
  };
  if (std::ranges::any_of(labels, bad))
    throw Error(ErrorKind::data, "an example has a class that the network has no output for");
}

void check_options(const TrainOptions& options, const Examples& train) {
  const std::size_t rows = train.features.rows;
  if (rows == 0) throw Error(ErrorKind::data, "there are no examples to train on");
  if (rows > UINT32_MAX)
    throw Error(ErrorKind::data,
                fmt::format("{} examples; at most {} can be shuffled", rows, UINT32_MAX));
  if (options.batch == 0 || options.batch > rows)
    throw Error(ErrorKind::usage, fmt::format("a batch of {} examples", options.batch), "--batch",
                fmt::format("from 1 to the {} examples that there are", rows));
  if (options.threads > kMostThreads)
    throw Error(ErrorKind::usage, fmt::format("{} threads", options.threads), "--threads",
                fmt::format("from 1 to {}, or leave it out", kMostThreads));
}

losses::Loss parse_loss(const std::string& sentence) {
  const Component loss =
      network::read_component(sentence, network::Category::loss, layers::catalogue());
  for (const auto& row : losses::kLosses)
    if (row.name == loss.name) return row.loss;
  throw Error(ErrorKind::sentence, "no such loss", sentence);
}

double parse_learning_rate(const std::string& optimizer) {
  return network::read_component(optimizer, network::Category::optimizer, layers::catalogue())
      .number("lr");
}

}  // namespace lithe::train
