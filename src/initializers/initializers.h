// The initial values of weights and biases: each initializer is one row.
//
// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
// 2010; He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015; LeCun, Bottou, Orr, Müller,
// "Efficient backprop", 1998.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "base/random.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::initializers {

// Values that enter and leave a unit: what the scale of its weights is taken from.
struct Fan {
  std::size_t in, out;
};

using Draw = std::function<double(base::RandomStream&)>;

// What draws a value after another for an array.
Draw make(const Component& initializer, Fan fan);

std::span<const network::Declaration> declarations();

}  // namespace lithe::initializers
