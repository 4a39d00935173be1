// The formulas of the rules, once for vectors and plain numbers alike: included, without a guard,
// where V is either and MulAdd, NegMulAdd (both fused), Add, Sub, Mul, Div, Sqrt and sign are known
// for it. Each makes the new weight from gradient g and weight w, and changes its states in place.
//
// c is optimizers::Coefficients, each of them as a V.
struct sgd {
  template <class V, class C>
  static V step(V g, V w, V&, V&, const C& c) {
    return NegMulAdd(c.rate, g, Mul(w, c.keep));
  }
};

// a: what is kept of the velocity
struct momentum {
  template <class V, class C>
  static V step(V g, V w, V& velocity, V&, const C& c) {
    velocity = MulAdd(c.a, velocity, g);
    return NegMulAdd(c.rate, velocity, Mul(w, c.keep));
  }
};

struct nesterov {
  template <class V, class C>
  static V step(V g, V w, V& velocity, V&, const C& c) {
    velocity = MulAdd(c.a, velocity, g);
    return NegMulAdd(c.rate, MulAdd(c.a, velocity, g), Mul(w, c.keep));
  }
};

// e: epsilon, here and below
struct adagrad {
  template <class V, class C>
  static V step(V g, V w, V& squares, V&, const C& c) {
    squares = MulAdd(g, g, squares);
    return NegMulAdd(c.rate, Div(g, Add(Sqrt(squares), c.e)), Mul(w, c.keep));
  }
};

// b, f: decay of the mean of squares, and 1 - it
struct rmsprop {
  template <class V, class C>
  static V step(V g, V w, V& squares, V&, const C& c) {
    squares = MulAdd(Mul(c.f, g), g, Mul(c.b, squares));
    return NegMulAdd(c.rate, Div(g, Add(Sqrt(squares), c.e)), Mul(w, c.keep));
  }
};

// c: what is kept of the velocity
struct rmsprop_momentum {
  template <class V, class C>
  static V step(V g, V w, V& squares, V& velocity, const C& c) {
    squares = MulAdd(Mul(c.f, g), g, Mul(c.b, squares));
    velocity = MulAdd(c.c, velocity, Div(g, Add(Sqrt(squares), c.e)));
    return NegMulAdd(c.rate, velocity, Mul(w, c.keep));
  }
};

// a: 1 - decay of the mean; b, f: decay of the mean of squares, and 1 - it; c: what makes up for
// its start at 0
template <class V, class C>
HWY_INLINE void means(V g, V& mean, V& squares, const C& c) {
  mean = MulAdd(c.a, Sub(g, mean), mean);
  squares = MulAdd(Mul(c.f, g), g, Mul(c.b, squares));
}

struct adam {
  template <class V, class C>
  static V step(V g, V w, V& mean, V& squares, const C& c) {
    means(g, mean, squares, c);
    const V divisor = MulAdd(Sqrt(squares), c.c, c.e);
    return Sub(Mul(w, c.keep), Div(Mul(c.rate, mean), divisor));
  }
};

// d: the rate of the gradient itself
struct nadam {
  template <class V, class C>
  static V step(V g, V w, V& mean, V& squares, const C& c) {
    means(g, mean, squares, c);
    const V divisor = MulAdd(Sqrt(squares), c.c, c.e);
    return Sub(Mul(w, c.keep), Div(MulAdd(c.rate, mean, Mul(c.d, g)), divisor));
  }
};

// d: the rate of the mean that is not divided; one of the two rates is 0
struct radam {
  template <class V, class C>
  static V step(V g, V w, V& mean, V& squares, const C& c) {
    means(g, mean, squares, c);
    const V adaptive = Div(Mul(c.rate, mean), Add(Sqrt(squares), c.e));
    return Sub(NegMulAdd(c.d, mean, Mul(w, c.keep)), adaptive);
  }
};

// a, b: decays of the mean in the update, and of the one that is kept
struct lion {
  template <class V, class C>
  static V step(V g, V w, V& mean, V&, const C& c) {
    const V direction = sign(MulAdd(c.a, Sub(mean, g), g));
    mean = MulAdd(c.b, Sub(mean, g), g);
    return NegMulAdd(c.rate, direction, Mul(w, c.keep));
  }
};

// What the gradient becomes before its rule.
template <class V, class C>
HWY_INLINE V prepared(V g, V w, const C& c, bool clips) {
  g = Mul(g, c.scale);
  if (clips) g = Min(Max(g, c.least), c.clip);
  return MulAdd(c.l2, w, MulAdd(c.l1, sign(w), g));
}
