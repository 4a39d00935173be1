#include "graph/graph.h"

namespace lithe::graph {

namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

std::vector<SlotId> inputs_of(const Work& work) {
  return std::visit(Overloaded{[](const Add& w) {
                                 return std::vector<SlotId>{w.a, w.b};
                               },
                               [](const auto& w) { return std::vector<SlotId>{w.input}; }},
                    work);
}

SlotId output_of(const Work& work) {
  return std::visit([](const auto& w) { return w.output; }, work);
}

std::vector<ParameterId> parameters_of(const Work& work) {
  using Ids = std::vector<ParameterId>;
  return std::visit(Overloaded{[](const Product& w) {
                                 return Ids{w.weight, w.bias};
                               },
                               [](const Convolution& w) {
                                 return Ids{w.weight, w.bias};
                               },
                               [](const Prelu& w) { return Ids{w.slope}; },
                               [](const BatchNorm& w) {
                                 return Ids{w.scale, w.shift, w.mean, w.variance};
                               },
                               [](const LayerNorm& w) {
                                 return Ids{w.scale, w.shift};
                               },
                               [](const Standardize& w) {
                                 return Ids{w.mean, w.deviation};
                               },
                               [](const auto&) { return Ids{}; }},
                    work);
}

std::optional<ParameterId> weight_of(const Work& work) {
  if (const auto* product = std::get_if<Product>(&work)) return product->weight;
  if (const auto* convolution = std::get_if<Convolution>(&work)) return convolution->weight;
  return std::nullopt;
}

}  // namespace lithe::graph
