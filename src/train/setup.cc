#include "train/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blas/choice.h"
#include "catalogue/catalogue.h"
#include "data/examples/split.h"
#include "graph/op.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe::train {

namespace {

std::vector<std::size_t> class_counts(const Examples& examples) {
  std::vector<std::size_t> counts(examples.classes, 0);
  for (std::size_t row = 0; row < examples.features.rows; ++row)
    ++counts[static_cast<std::size_t>(examples.labels[row])];
  return counts;
}

// One weight for each class; a class that is ignored has none.
std::vector<double> class_weights(const Examples& examples, const TrainOptions& options) {
  std::vector<double> weights = options.class_weights;
  if (weights.empty()) weights.assign(examples.classes, 1);
  if (weights.size() != examples.classes)
    throw Error(ErrorKind::usage,
                fmt::format("{} class weights and {} classes", weights.size(), examples.classes),
                "--class-weights", "one for each class");
  constexpr double kMostWeight = 1e6;
  for (const double weight : weights)
    if (!(weight >= 0 && weight <= kMostWeight))
      throw Error(ErrorKind::usage, fmt::format("{} as the weight of a class", weight),
                  "--class-weights", "numbers from 0 to 1000000");
  if (std::ranges::all_of(weights, [](double weight) { return weight == 0; }))
    throw Error(ErrorKind::usage, "no class has a weight above 0", "--class-weights",
                "numbers above 0, and 0 for classes that do not count");
  if (options.balanced) {
    const auto counts = class_counts(examples);
    const double rows = static_cast<double>(examples.features.rows);
    for (std::size_t c = 0; c < weights.size(); ++c)
      weights[c] *=
          counts[c] == 0
              ? 0
              : rows / (static_cast<double>(examples.classes) * static_cast<double>(counts[c]));
  }
  if (options.ignore) {
    const auto ignored = static_cast<std::size_t>(*options.ignore);
    if (*options.ignore < 0 || ignored >= weights.size())
      throw Error(ErrorKind::usage, fmt::format("there is no class {}", *options.ignore),
                  "--ignore-class", fmt::format("from 0 to {}", weights.size() - 1));
    weights[ignored] = 0;
  }
  return weights;
}

Component read(const std::string& sentence, network::Category category) {
  return network::read_component(sentence, category, catalogue::catalogue());
}

}  // namespace

std::vector<float> example_weights(const Examples& examples, const TrainOptions& options) {
  const bool by_class = !options.class_weights.empty() || options.balanced || options.ignore;
  if (!by_class) return {};
  if (examples.labels == nullptr)
    throw Error(ErrorKind::usage, "weights of classes, and the data have none", "--class-weights");
  if (examples.positions > 1)
    throw Error(ErrorKind::usage,
                "weights of classes are for examples with one class, and these have one at each "
                "position",
                "--class-weights, --balanced, --ignore-class", "leave them out");
  const std::vector<double> of_class = class_weights(examples, options);
  std::vector<float> weights(examples.features.rows);
  for (std::size_t row = 0; row < weights.size(); ++row) {
    const double own = examples.weights != nullptr ? static_cast<double>(examples.weights[row]) : 1;
    weights[row] =
        static_cast<float>(own * of_class[static_cast<std::size_t>(examples.labels[row])]);
  }
  return weights;
}

Examples weighted(const Examples& examples, const std::vector<float>& weights) {
  Examples result = examples;
  if (!weights.empty()) result.weights = weights.data();
  return result;
}

std::vector<std::uint32_t> all_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

Rows choose_rows(const Examples& examples, const TrainOptions& options) {
  if (options.validation == 0) return {all_rows(examples.features.rows), {}};
  data::Split split = data::split_rows(examples, options.validation, options.seed);
  if (split.validation.empty() || split.train.empty())
    throw Error(ErrorKind::usage,
                fmt::format("{} held out of {} examples leaves nothing on one side",
                            options.validation, examples.features.rows),
                "--validation", "a share such as 10%, or a number of examples");
  return {std::move(split.train), std::move(split.validation)};
}

std::vector<bool> frozen_arrays(const graph::Graph& graph, const std::vector<std::size_t>& layers) {
  if (layers.empty()) return {};
  std::vector<bool> result(graph.parameters.size(), false);
  for (const std::size_t layer : layers)
    if (layer == 0 || layer > graph.layers)
      throw Error(ErrorKind::usage, fmt::format("there is no layer {} to freeze", layer),
                  "--freeze", fmt::format("from 1 to {}", graph.layers));
  for (const auto& operation : graph.operations)
    if (std::find(layers.begin(), layers.end(), operation.layer) != layers.end())
      for (const auto id : operation.op->parameters()) result[id] = true;
  bool any = false;
  for (std::size_t id = 0; id < result.size(); ++id)
    any = any || (!result[id] && graph.parameters[id].kind != graph::ParameterKind::statistic);
  if (!any)
    throw Error(ErrorKind::usage, "every layer is frozen, and nothing is left to learn", "--freeze",
                "fewer layers");
  return result;
}

std::unique_ptr<augment::Augmenter> make_augmenter(const TrainOptions& options, const Shape& input,
                                                   const Features& features) {
  if (options.augment.empty()) return nullptr;
  const Shape image = options.image.empty() ? input : Shape{options.image};
  const Sentence sentence = network::read_sentence(options.augment, network::Category::augmentation,
                                                   catalogue::catalogue());
  auto augmenter = std::make_unique<augment::Augmenter>(sentence, image.sizes, features.type,
                                                        features.divisor, options.seed);
  const Shape output{augmenter->output_shape()};
  if (image.size() != input.size() || output.sizes != image.sizes)
    throw Error(
        ErrorKind::usage,
        fmt::format("the augmentation makes images of {} out of {}, and the network takes {}",
                    output.to_string(), image.to_string(), input.to_string()),
        "--augment", fmt::format("crop({}, pad=2), say", image.sizes.front()));
  return augmenter;
}

optimizers::Optimizer parse_optimizer(const std::string& sentence) {
  return optimizers::Optimizer::make(read(sentence, network::Category::optimizer));
}

std::unique_ptr<plan::Blas> load_blas(const TrainOptions& options, Precision precision) {
  const bool native = options.blas == "native";
  if (native && (!options.benchmark_blas || options.bfloat16)) return nullptr;
  if (!native && options.blas != "auto")
    return std::make_unique<plan::Blas>(
        blas::find_named_blas(options.blas,
                              blas::blas_files(blas::blas_folders(blas::this_machine()))),
        BlasUse::everywhere);
  auto fastest = blas::fastest_blas(find_blas(), precision == Precision::float32);
  if (!fastest) return nullptr;
  return std::make_unique<plan::Blas>(std::move(*fastest),
                                      native ? BlasUse::benchmarked : BlasUse::where_faster);
}

}  // namespace lithe::train
