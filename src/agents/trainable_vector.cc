#include "agents/trainable_vector.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "ops/dense.h"
#include "train/model_data.h"

namespace lithe::agents {

namespace {

constexpr float kZero = 0;
constexpr Features kNoInput = {&kZero, ElementType::float32, 1, 1, sizeof(float)};
constexpr std::uint32_t kOneRow[] = {0};

Model make(std::size_t size, double initial) {
  return Model(Network::parse(fmt::format("input(1) -> dense({}, identity, zeros, constant({}))",
                                          size, initial)),
               Precision::float32, 1);
}

std::span<const float> biases_of(Model& model, std::size_t size) {
  ModelData& data = data_of(model);
  const graph::ParameterId bias = ops::as_dense(*data.graph.operations.front().op)->bias;
  return {std::get<plan::Parameters<float>>(data.values).at(bias), size};
}

LearnerOptions one_row(LearnerOptions options) {
  options.batch = 1;
  options.threads = 1;
  options.segments = false;
  return options;
}

}  // namespace

TrainableVector::TrainableVector(std::size_t size, double initial, LearnerOptions options)
    : model_(make(size, initial)),
      learner_(model_, one_row(std::move(options))),
      values_(biases_of(model_, size)),
      gradient_(size) {}

void TrainableVector::update(std::span<const double> gradient) {
  learner_.forward(kNoInput, kOneRow);
  std::transform(gradient.begin(), gradient.end(), gradient_.begin(),
                 [](double value) { return static_cast<float>(value); });
  learner_.backward(gradient_);
}

void TrainableVector::serialize(const std::string& name, Archive& archive) {
  archive.add(name, model_);
  archive.add(name + ".learner", learner_);
}

}  // namespace lithe::agents
