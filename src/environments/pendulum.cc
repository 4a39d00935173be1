// Gymnasium's Pendulum-v1: a pendulum to be swung up and held there by a weak torque.
//
// State: angle from upright, angular velocity. Observation: cosine and sine of the angle, velocity.
// The reward is minus the square of the angle, and of velocity and torque a little.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "environments/dynamics.h"
#include "environments/kinds.h"
#include "environments/picture.h"
#include "environments/trigonometry.h"

namespace lithe::environments {

namespace {

constexpr double kFastest = 8, kInterval = 0.05;
constexpr float kStrongest = 2;

struct Pendulum {
  static constexpr std::size_t kState = 2, kObserved = 3;
  static constexpr bool kDiscrete = false;

  explicit Pendulum(const Component& sentence) : gravity(sentence.number("gravity")) {}

  // Near the top, differences grow fast; so the torque is rounded where Gymnasium, whose actions
  // are float32, rounds it.
  StepResult<2> step(const double (&s)[2], double action) const {
    constexpr double kTurn = 2 * std::numbers::pi;
    const float torque = std::min(std::max(static_cast<float>(action), -kStrongest), kStrongest);
    const double shifted = s[0] + std::numbers::pi;
    const double angle = shifted - std::floor(shifted / kTurn) * kTurn - std::numbers::pi;
    const double cost =
        angle * angle + 0.1 * (s[1] * s[1]) + static_cast<double>(0.001f * (torque * torque));
    const double acceleration =
        3 * gravity / 2 * sine_cosine(s[0]).sine + static_cast<double>(3.0f * torque);
    const double velocity =
        std::min(std::max(s[1] + acceleration * kInterval, -kFastest), kFastest);
    return {{s[0] + velocity * kInterval, velocity}, -cost, false};
  }

  void observe(const double (&s)[2], double (&o)[3]) const {
    const auto [sine, cosine] = sine_cosine(s[0]);
    o[0] = cosine, o[1] = sine, o[2] = s[1];
  }

  void begin(Rng& rng, double (&s)[2]) const {
    s[0] = rng.uniform(-std::numbers::pi, std::numbers::pi);
    s[1] = rng.uniform(-1, 1);
  }

  bool possible(const double (&s)[2]) const {
    return std::abs(s[0]) < 1e6 && std::abs(s[1]) <= kFastest;
  }

  void draw(const double (&s)[2], Picture& picture) const {
    Painter paint(picture, {-1.4, -1.4}, {1.4, 1.4}, 70);
    paint.ring({0, 0}, 1.2, 0.01, kGrey);
    paint.line({0, 0}, {-std::sin(s[0]), std::cos(s[0])}, 0.18, kRed);
    paint.disc({0, 0}, 0.05, kInk);
  }

  double gravity;
};

Spaces spaces(const Component&) {
  constexpr float kSpeed = kFastest;
  return {.observation = {{3}},
          .low = {-1, -1, -kSpeed},
          .high = {1, 1, kSpeed},
          .action_low = {-kStrongest},
          .action_high = {kStrongest},
          .step_limit = 200,
          .step_seconds = kInterval};
}

}  // namespace

Kind pendulum() {
  return {{"pendulum",
           "swing a pendulum up with a weak motor and keep it upright: Gymnasium's Pendulum-v1",
           {{"gravity", "in m/s^2", network::Type::number, "10", 0, 1000}}},
          spaces,
          make_dynamics<Pendulum>};
}

}  // namespace lithe::environments
