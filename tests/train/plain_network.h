// A dense network in plain double arithmetic, written without a look at the engine: what the engine
// is held against.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"

namespace lithe::test {

struct PlainLayer {
  std::size_t inputs, units;
  std::string activation;
  std::vector<double> weight, bias;  // [inputs][units]
};

class PlainNetwork {
 public:
  // With the values of `model`, whose dense layers have these activations.
  PlainNetwork(const Model& model, const std::vector<std::string>& activations) {
    for (std::size_t l = 0; l < activations.size(); ++l) {
      const std::string name = model.names()[2 * l];
      const auto shape = model.shape(name);
      layers.push_back({shape[0], shape[1], activations[l], model.values(name),
                        model.values(model.names()[2 * l + 1])});
    }
  }

  double value(const std::string& activation, double x) const {
    if (activation == "sigmoid") return 1 / (1 + std::exp(-x));
    if (activation == "tanh") return std::tanh(x);
    if (activation == "relu") return std::max(x, 0.0);
    return x;
  }
  double slope(const std::string& activation, double y) const {
    if (activation == "sigmoid") return y * (1 - y);
    if (activation == "tanh") return 1 - y * y;
    if (activation == "relu") return y > 0 ? 1 : 0;
    return 1;
  }

  // The outputs of every layer, the input first.
  std::vector<std::vector<double>> forward(const std::vector<double>& x) const {
    std::vector<std::vector<double>> values = {x};
    for (const PlainLayer& layer : layers) {
      std::vector<double> y = layer.bias;
      for (std::size_t n = 0; n < layer.units; ++n) {
        for (std::size_t k = 0; k < layer.inputs; ++k)
          y[n] += values.back()[k] * layer.weight[k * layer.units + n];
        y[n] = value(layer.activation, y[n]);
      }
      values.push_back(y);
    }
    return values;
  }

  static double loss(const std::string& name, const std::vector<double>& a, std::size_t label) {
    if (name == "quadratic") {
      double sum = 0;
      for (std::size_t n = 0; n < a.size(); ++n) sum += std::pow(a[n] - (n == label), 2) / 2;
      return sum;
    }
    double sum = 0;
    for (const double z : a) sum += std::exp(z - a[label]);
    return std::log(sum);
  }

  // A step of gradient descent on the mean quadratic loss of some examples.
  void step(const Features& features, const std::int32_t* labels,
            const std::vector<std::uint32_t>& rows, double rate) {
    std::vector<PlainLayer> gradient = layers;
    for (PlainLayer& g : gradient) {
      std::fill(g.weight.begin(), g.weight.end(), 0.0);
      std::fill(g.bias.begin(), g.bias.end(), 0.0);
    }
    for (const std::uint32_t row : rows) {
      std::vector<double> x(features.columns);
      for (std::size_t k = 0; k < x.size(); ++k) x[k] = features.row(row)[k] / features.divisor;
      const auto values = forward(x);
      std::vector<double> delta = values.back();
      delta[static_cast<std::size_t>(labels[row])] -= 1;
      for (std::size_t l = layers.size(); l-- > 0;) {
        const PlainLayer& layer = layers[l];
        for (std::size_t n = 0; n < layer.units; ++n)
          delta[n] *= slope(layer.activation, values[l + 1][n]);
        std::vector<double> below(layer.inputs, 0.0);
        for (std::size_t k = 0; k < layer.inputs; ++k)
          for (std::size_t n = 0; n < layer.units; ++n) {
            gradient[l].weight[k * layer.units + n] += values[l][k] * delta[n];
            below[k] += layer.weight[k * layer.units + n] * delta[n];
          }
        for (std::size_t n = 0; n < layer.units; ++n) gradient[l].bias[n] += delta[n];
        delta = below;
      }
    }
    const double scale = rate / static_cast<double>(rows.size());
    for (std::size_t l = 0; l < layers.size(); ++l) {
      for (std::size_t i = 0; i < layers[l].weight.size(); ++i)
        layers[l].weight[i] -= scale * gradient[l].weight[i];
      for (std::size_t i = 0; i < layers[l].bias.size(); ++i)
        layers[l].bias[i] -= scale * gradient[l].bias[i];
    }
  }

  std::vector<PlainLayer> layers;
};

}  // namespace lithe::test
