// Gymnasium's Acrobot-v1: two links, a motor between them, whose tip is to be swung above a line.
// Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse
// coding", 1996; the equations of Sutton and Barto's book.
//
// State: the first link's angle from hanging, the second's from the first, both velocities.
// Observation: cosine and sine of each angle, velocities. -1 each step until it is done.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "environments/dynamics.h"
#include "environments/kinds.h"
#include "environments/picture.h"
#include "environments/runge_kutta.h"
#include "environments/trigonometry.h"

namespace lithe::environments {

namespace {

constexpr double kPi = std::numbers::pi, kFastest1 = 4 * kPi, kFastest2 = 9 * kPi;
constexpr double kInterval = 0.2, kGravity = 9.8;

// Both links have length and mass 1, their centres of mass in the middle, moments of inertia 1.
struct Slope {
  double torque;

  void operator()(const double (&s)[4], double (&d)[4]) const {
    constexpr double kMiddle = 0.5;
    const auto [sine1, cosine1] = sine_cosine(s[0]);
    const auto [sine2, cosine2] = sine_cosine(s[1]);
    const double sine12 = sine_cosine(s[0] + s[1]).sine;
    const double d1 = kMiddle * kMiddle + (1 + kMiddle * kMiddle + 2 * kMiddle * cosine2) + 2;
    const double d2 = (kMiddle * kMiddle + kMiddle * cosine2) + 1;
    const double phi2 = kMiddle * kGravity * sine12;
    const double phi1 = -kMiddle * (s[3] * s[3]) * sine2 - 2 * kMiddle * s[3] * s[2] * sine2 +
                        (kMiddle + 1) * kGravity * sine1 + phi2;
    const double turn2 = (torque + d2 / d1 * phi1 - kMiddle * (s[2] * s[2]) * sine2 - phi2) /
                         (kMiddle * kMiddle + 1 - d2 * d2 / d1);
    d[0] = s[2], d[1] = s[3];
    d[2] = -(d2 * turn2 + phi1) / d1;
    d[3] = turn2;
  }
};

inline double wrapped(double angle) {
  return angle - 2 * kPi * std::floor((angle + kPi) / (2 * kPi));
}
inline double bounded(double value, double most) { return std::min(std::max(value, -most), most); }

struct Acrobot {
  static constexpr std::size_t kState = 4, kObserved = 6;
  static constexpr bool kDiscrete = true;

  explicit Acrobot(const Component&) {}

  StepResult<4> step(const double (&s)[4], double action) const {
    double next[4] = {s[0], s[1], s[2], s[3]};
    runge_kutta(next, kInterval, Slope{action - 1});
    const double angle1 = wrapped(next[0]), angle2 = wrapped(next[1]);
    const bool done = above(angle1, angle2);
    return {{angle1, angle2, bounded(next[2], kFastest1), bounded(next[3], kFastest2)},
            done ? 0.0 : -1.0,
            done};
  }

  static bool above(double angle1, double angle2) {
    return -sine_cosine(angle1).cosine - sine_cosine(angle1 + angle2).cosine > 1;
  }

  void observe(const double (&s)[4], double (&o)[6]) const {
    const SineCosine first = sine_cosine(s[0]), second = sine_cosine(s[1]);
    o[0] = first.cosine, o[1] = first.sine, o[2] = second.cosine, o[3] = second.sine;
    o[4] = s[2], o[5] = s[3];
  }

  // Gymnasium begins at numbers of float32.
  void begin(Rng& rng, double (&s)[4]) const {
    for (double& value : s) value = static_cast<double>(static_cast<float>(rng.uniform(-0.1, 0.1)));
  }

  bool possible(const double (&s)[4]) const {
    return std::abs(s[0]) < 4 && std::abs(s[1]) < 4 && std::abs(s[2]) <= kFastest1 &&
           std::abs(s[3]) <= kFastest2 && !above(s[0], s[1]);
  }

  void draw(const double (&s)[4], Picture& picture) const {
    Painter paint(picture, {-2.2, -2.2}, {2.2, 2.2}, 60);
    paint.line({-2.2, 1}, {2.2, 1}, 0.02, kGreen);
    const Point elbow{std::sin(s[0]), -std::cos(s[0])};
    const Point tip{elbow.x + std::sin(s[0] + s[1]), elbow.y - std::cos(s[0] + s[1])};
    paint.line({0, 0}, elbow, 0.16, kOrange);
    paint.line(elbow, tip, 0.16, kOrange);
    paint.disc({0, 0}, 0.1, kBlue);
    paint.disc(elbow, 0.1, kBlue);
  }
};

Spaces spaces(const Component&) {
  constexpr float kFast1 = static_cast<float>(kFastest1), kFast2 = static_cast<float>(kFastest2);
  return {.observation = {{6}},
          .low = {-1, -1, -1, -1, -kFast1, -kFast2},
          .high = {1, 1, 1, 1, kFast1, kFast2},
          .choices = 3,
          .step_limit = 500,
          .solved = -100,
          .step_seconds = kInterval};
}

}  // namespace

Kind acrobot() {
  return {
      {"acrobot",
       "swing the tip of two links above a line with a motor between them, of torque -1 (0), 0 (1) "
       "or 1 (2): Gymnasium's Acrobot-v1"},
      spaces,
      make_dynamics<Acrobot>};
}

}  // namespace lithe::environments
