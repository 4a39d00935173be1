// Models whose outputs are their inputs, and examples to judge them by.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "lithe/evaluation_report.h"

namespace lithe::test {

// The network's only layer passes each value on.
inline Model passes_on(std::size_t width, const std::string& loss,
                       std::vector<std::string> names = {}) {
  const std::string size = std::to_string(width);
  Model model(Network::parse("input(" + size + ") -> dense(" + size + ")"), Precision::float64, 1,
              {1, std::move(names)});
  std::vector<double> unit(width * width);
  for (std::size_t i = 0; i < width; ++i) unit[i * width + i] = 1;
  model.set_values("layers.0.weight", unit);
  model.set_values("layers.0.bias", std::vector<double>(width));
  model.metadata()["lithe.loss"] = loss;
  return model;
}

// A data set whose test part has these rows.
inline Dataset rows(std::size_t width, std::vector<double> values,
                    std::vector<std::int32_t> labels) {
  struct Memory {
    std::vector<double> values;
    std::vector<std::int32_t> labels;
  };
  const auto memory = std::make_shared<Memory>(Memory{std::move(values), std::move(labels)});
  Dataset data;
  data.name = "rows", data.shape = {width};
  data.test.features = {memory->values.data(),  ElementType::float64,
                        memory->labels.size(),  width,
                        width * sizeof(double), 1};
  data.test.labels = memory->labels.data();
  data.test.classes = 2;
  data.memory = memory;
  return data;
}

// Logits whose softmax has these two shares.
inline std::vector<double> logits(const std::vector<double>& shares_of_second) {
  std::vector<double> result;
  for (const double p : shares_of_second)
    result.insert(result.end(), {std::log(1 - p), std::log(p)});
  return result;
}

}  // namespace lithe::test
