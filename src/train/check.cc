#include "train/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "catalogue/catalogue.h"
#include "data/examples/lengths.h"
#include "graph/graph.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "train/model_data.h"

namespace lithe::train {

namespace {
constexpr std::size_t kMostThreads = 1024;

void check_classes(const Examples& examples, std::size_t outputs, losses::Loss loss) {
  // One output can tell two classes apart.
  const bool yes_or_no = outputs == 1 && loss != losses::Loss::cross_entropy;
  const std::size_t most = yes_or_no ? 2 : outputs;
  if (examples.classes > most)
    throw Error(ErrorKind::data,
                fmt::format("the data have {} classes and the network {} output{}",
                            examples.classes, outputs, outputs == 1 ? "" : "s"),
                {}, fmt::format("end the network with {} units", examples.classes));
  const std::span labels(examples.labels, examples.answers());
  const auto bad = [most, &examples](std::int32_t label) {
    if (label == kNoTarget) return examples.positions == 1;
    return label < 0 || static_cast<std::size_t>(label) >= most;
  };
  if (std::ranges::any_of(labels, bad))
    throw Error(ErrorKind::data, "an example has a class that the network has no output for");
}

}  // namespace

namespace {

// The network gives a row of outputs for each answer of an example. Numbers to predict may also be
// those of all positions, one behind the other.
void check_positions(const Model& model, const Examples& examples, std::size_t positions) {
  const bool whole = examples.positions == 1 && examples.labels == nullptr;
  if (whole || examples.positions == positions) return;
  const std::string shape = model.network().output_shape().to_string();
  if (examples.positions == 1)
    throw Error(ErrorKind::data,
                fmt::format("an example has one class, and the network answers at each of {} "
                            "positions ({})",
                            positions, shape),
                model.network().to_string(),
                "last, mean_over_time or max_over_time in front of the last dense");
  throw Error(ErrorKind::data,
              fmt::format("an example has an answer at each of {} positions, and the network "
                          "gives {}",
                          examples.positions, shape),
              model.network().to_string(),
              "a network that ends with a sequence of that length: without last, flatten and the "
              "like, and with give=all in recurrent layers");
}

}  // namespace

void check_lengths(const Network& network, const Features& features) {
  if (features.lengths == nullptr) return;
  const Shape shape = network.input_shape();
  const std::size_t most = shape.sizes.front();
  if (!network.has_lengths())
    throw Error(ErrorKind::data,
                "the examples are sequences of unequal length, and the network looks at whole ones",
                {}, fmt::format("begin it with input({}, lengths=true)", shape.to_string()));
  const std::span lengths(features.lengths, features.rows);
  if (const auto wrong = data::first_wrong_length(lengths, most))
    throw Error(ErrorKind::data,
                fmt::format("example {} has {} positions, and the network takes 1 to {}", *wrong,
                            lengths[*wrong], most));
}

void check_examples(const Model& model, const Examples& examples, losses::Loss loss) {
  const std::size_t inputs = model.network().input_shape().size();
  if (examples.features.columns != inputs)
    throw Error(ErrorKind::data, fmt::format("the network takes {} values and an example has {}",
                                             inputs, examples.features.columns));
  check_lengths(model.network(), examples.features);
  if (examples.features.rows == 0) return;
  if (examples.labels == nullptr && examples.targets == nullptr)
    throw Error(ErrorKind::data, "the examples have neither classes nor values to predict");
  const graph::Graph& graph = data_of(model).graph;
  const graph::Slot& output = graph.slots[graph.output()];
  check_positions(model, examples, output.positions);
  const std::size_t outputs = examples.positions > 1 ? output.columns : output.size();
  if (examples.labels != nullptr) {
    check_classes(examples, outputs, loss);
  } else if (examples.target_columns != outputs) {
    throw Error(ErrorKind::data,
                fmt::format("an example has {} value{} to predict and the network {} output{}",
                            examples.target_columns, examples.target_columns == 1 ? "" : "s",
                            outputs, outputs == 1 ? "" : "s"),
                {}, fmt::format("end the network with {} units", examples.target_columns));
  }
}

Examples by_positions(const Model& model, const Examples& examples) {
  const graph::Graph& graph = data_of(model).graph;
  const std::size_t positions = graph.slots[graph.output()].positions;
  Examples result = examples;
  if (examples.targets == nullptr || examples.positions == positions) return result;
  result.positions = result.answer_stride = positions;
  result.target_columns /= positions;
  return result;
}

void check_rows(const graph::Graph& graph, const Features& inputs,
                std::span<const std::uint32_t> rows, std::size_t most) {
  const std::size_t columns = graph.slots[0].columns;
  if (inputs.type != ElementType::float32 || inputs.columns != columns)
    throw Error(
        ErrorKind::data,
        fmt::format("inputs of {} values{}; the network takes {} in float32", inputs.columns,
                    inputs.type == ElementType::float32 ? "" : " of another type", columns));
  if (rows.empty() || rows.size() > most)
    throw Error(ErrorKind::data,
                fmt::format("{} rows at once; from 1 to {} can come", rows.size(), most));
  for (const std::uint32_t row : rows)
    if (row >= inputs.rows)
      throw Error(ErrorKind::data, fmt::format("there is no row {} among {}", row, inputs.rows));
  if (inputs.lengths == nullptr) return;
  if (!graph.lengths)
    throw Error(ErrorKind::data,
                "the rows are sequences of unequal length, and the network looks at whole ones", {},
                "a network that begins with input(48x7, lengths=true), say");
  for (const std::uint32_t row : rows)
    if (inputs.lengths[row] < 1)
      throw Error(ErrorKind::data, fmt::format("row {} has {} positions", row, inputs.lengths[row]),
                  {}, "at least 1");
}

void check_threads(std::size_t threads) {
  if (threads > kMostThreads)
    throw Error(ErrorKind::usage, fmt::format("{} threads", threads), "--threads",
                fmt::format("from 1 to {}, or leave it out", kMostThreads));
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
  if (options.unfreeze_at > 0 && options.frozen.empty())
    throw Error(ErrorKind::usage, "nothing is frozen that could thaw", "--unfreeze-at",
                "--freeze 1..3 beside it");
  if (options.patience > 0 && options.validation == 0)
    throw Error(ErrorKind::usage, "patience without validation examples", "--patience",
                "--validation 10% beside it");
  check_threads(options.threads);
}

void check_bfloat16(Precision precision, const TrainOptions& options) {
  if (!options.bfloat16) return;
  if (precision != Precision::float32)
    throw Error(ErrorKind::usage, "products of bfloat16 values, and a model in float64", "bfloat16",
                "a model in float32, or training without bfloat16");
  if (options.blas != "native")
    throw Error(ErrorKind::usage, "a BLAS does not multiply bfloat16 values", "--blas",
                "leave it out, or --precision float32");
}

losses::Choice parse_loss(const std::string& sentence) {
  return losses::choose(
      network::read_component(sentence, network::Category::loss, catalogue::catalogue()));
}

}  // namespace lithe::train
