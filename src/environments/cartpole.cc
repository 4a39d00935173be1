// Gymnasium's CartPole-v1: balance a pole on a cart that is pushed left or right.
// Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning
// control problems", 1983; the equations of Florian, "Correct equations for the dynamics of the
// cart-pole system", 2005, without friction, integrated by Euler's method.
//
// State: position, velocity, angle from upright, angular velocity. The observation is the state, or
// without velocities position and angle alone: then it does not say where cart and pole go. The
// reward is 1 each step; the episode ends beyond 2.4 m or 12 degrees.
#include <cmath>
#include <limits>
#include <numbers>

#include "environments/dynamics.h"
#include "environments/kinds.h"
#include "environments/picture.h"
#include "environments/trigonometry.h"

namespace lithe::environments {

namespace {

constexpr double kGravity = 9.8, kPoleMass = 0.1, kTotalMass = 1.1, kHalfLength = 0.5;
constexpr double kPoleMoment = kPoleMass * kHalfLength, kForce = 10, kInterval = 0.02;
constexpr double kFarthest = 2.4, kSteepest = 12 * 2 * std::numbers::pi / 360;

template <bool kVelocities>
struct CartPole {
  static constexpr std::size_t kState = 4, kObserved = kVelocities ? 4 : 2;
  static constexpr bool kDiscrete = true;

  explicit CartPole(const Component&) {}

  // The angle exceeds the limit by one step at most, as the episode ends there.
  StepResult<4> step(const double (&s)[4], double action) const {
    const auto [sine, cosine] = sine_cosine_small(s[2]);
    const double force = action * (2 * kForce) - kForce;
    const double push = (force + kPoleMoment * (s[3] * s[3]) * sine) * (1 / kTotalMass);
    const double turn = (kGravity * sine - cosine * push) /
                        (kHalfLength * (4.0 / 3.0 - cosine * cosine * (kPoleMass / kTotalMass)));
    const double thrust = push - turn * cosine * (kPoleMoment / kTotalMass);
    const double x = s[0] + kInterval * s[1], angle = s[2] + kInterval * s[3];
    return {{x, s[1] + kInterval * thrust, angle, s[3] + kInterval * turn}, 1.0, beyond(x, angle)};
  }

  static bool beyond(double x, double angle) {
    return std::abs(x) > kFarthest || std::abs(angle) > kSteepest;
  }

  void observe(const double (&s)[4], double (&o)[kObserved]) const {
    for (std::size_t j = 0; j < kObserved; ++j) o[j] = s[j * (4 / kObserved)];
  }

  void begin(Rng& rng, double (&s)[4]) const {
    for (double& value : s) value = rng.uniform(-0.05, 0.05);
  }

  bool possible(const double (&s)[4]) const {
    return !beyond(s[0], s[2]) && std::abs(s[1]) < 1e6 && std::abs(s[3]) < 1e6;
  }

  void draw(const double (&s)[4], Picture& picture) const {
    Painter paint(picture, {-2.7, -0.5}, {2.7, 1.4}, 60);
    paint.line({-2.7, 0}, {2.7, 0}, 0.02, kGrey);
    for (const double end : {-kFarthest, kFarthest})
      paint.line({end, -0.1}, {end, 0.1}, 0.03, kGrey);
    paint.box({s[0] - 0.25, -0.12}, {s[0] + 0.25, 0.12}, kInk);
    const double length = 2 * kHalfLength;
    paint.line({s[0], 0.08}, {s[0] + length * std::sin(s[2]), 0.08 + length * std::cos(s[2])}, 0.09,
               kOrange);
    paint.disc({s[0], 0.08}, 0.045, kBlue);
  }
};

bool has_velocities(const Component& sentence) {
  return sentence.component("velocities").name == "true";
}

Spaces spaces(const Component& sentence) {
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  const float x = static_cast<float>(2 * kFarthest), angle = static_cast<float>(2 * kSteepest);
  Spaces result = {.observation = {{4}},
                   .low = {-x, -kInfinite, -angle, -kInfinite},
                   .high = {x, kInfinite, angle, kInfinite},
                   .choices = 2,
                   .step_limit = 500,
                   .solved = 475,
                   .step_seconds = kInterval};
  if (has_velocities(sentence)) return result;
  result.observation = {{2}};
  result.low = {-x, -angle}, result.high = {x, angle};
  return result;
}

std::unique_ptr<VectorEnv> make(const Component& sentence, std::size_t count) {
  if (has_velocities(sentence)) return make_dynamics<CartPole<true>>(sentence, count);
  return make_dynamics<CartPole<false>>(sentence, count);
}

}  // namespace

Kind cartpole() {
  return {{"cartpole",
           "balance a pole on a cart by pushing it left (0) or right (1): Gymnasium's CartPole-v1",
           {{"velocities",
             "whether the observation has the velocities of cart and pole; without them one needs "
             "a memory",
             network::Type::component, "true", 0, 0, false, network::Category::answer}}},
          spaces,
          make};
}

}  // namespace lithe::environments
