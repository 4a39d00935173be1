// What a network computes, as plain operations on named slots of values. Layers write it, the plan
// reads it: no layer knows a kernel, and the plan knows no layer.
//
// A slot holds `columns` values for each example of a batch. An operation names the slots it reads
// and writes, so a slot may be read by several operations. The backward pass is not written down:
// it follows from the operations.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "activations/activation.h"
#include "lithe/component.h"

namespace lithe::layers {

using SlotId = std::size_t;
using ParameterId = std::size_t;

struct Slot {
  std::string name;
  std::size_t columns;
};

inline constexpr std::size_t kMostParameters = std::size_t{1} << 31;  // 8 GiB in float32

enum class ParameterKind { weight, bias };

// A learned array: a weight [rows][columns] or a bias [columns] (rows is 1).
struct ParameterSpec {
  std::string name;  // "layers.0.weight"
  ParameterKind kind;
  std::size_t rows, columns;
  std::size_t fan_in, fan_out;  // what the scale of initial values is taken from
  Component initializer;
};

// output = input * weight + bias
struct Product {
  SlotId input, output;
  ParameterId weight, bias;
};

// output = activation(input); in place behind a product, where the two slots are the same
struct Activate {
  SlotId input, output;
  activations::Activation activation;
};

struct Operation {
  std::string layer;  // as a person counts and names it: "1 dense(30, sigmoid)"
  std::variant<Product, Activate> work;
};

struct Graph {
  std::vector<Slot> slots;  // slot 0 is the input
  std::vector<ParameterSpec> parameters;
  std::vector<Operation> operations;
  SlotId output = 0;

  SlotId add_slot(std::string name, std::size_t columns) {
    slots.push_back({std::move(name), columns});
    return slots.size() - 1;
  }
  ParameterId add_parameter(ParameterSpec spec) {
    parameters.push_back(std::move(spec));
    return parameters.size() - 1;
  }
};

}  // namespace lithe::layers
