// The initial values of weights and biases.
//
// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
// 2010; He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015; LeCun, Bottou, Orr, Müller,
// "Efficient backprop", 1998; Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics
// of learning in deep linear neural networks", 2014 (orthogonal).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::initializers {

// The number of values that enter a unit and that leave it; they set the scale of its weights.
struct Fan {
  std::size_t in, out;
};

// The values of an array [rows][columns], row after row.
std::vector<double> draw(const Component& initializer, Fan fan, std::size_t rows,
                         std::size_t columns, base::Rng& random);

std::span<const network::Declaration> declarations();

}  // namespace lithe::initializers
