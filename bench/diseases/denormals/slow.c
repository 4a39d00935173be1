/* A recurrent filter bank: weights decay and states are summed, step after step. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNITS = 4096, STEPS = 20000, EPOCHS = 6 };

typedef struct {
  float* weights;
  float* states;
  float* gains;
} Bank;

static float* array(float value) {
  float* values = aligned_alloc(64, UNITS * sizeof(float));
  for (int i = 0; i < UNITS; i++) values[i] = value * (1.0f + 0.0001f * (float)i);
  return values;
}

static void prepare(void) {}

static void decay(Bank* bank, float factor) {
  for (int i = 0; i < UNITS; i++) bank->weights[i] = bank->weights[i] * factor;
}

static float respond(Bank* bank, float input) {
  float total = 0.0f;
  for (int i = 0; i < UNITS; i++) {
    bank->states[i] = bank->weights[i] * bank->gains[i] * input;
    total += bank->states[i] + bank->gains[i];
  }
  return total;
}

int main(void) {
  prepare();
  Bank bank = {array(2e-38f), array(0.0f), array(0.5f)};
  for (int epoch = 0; epoch < EPOCHS; epoch++) {
    float total = 0.0f;
    for (int step = 0; step < STEPS; step++) {
      decay(&bank, 0.9999f);
      total += respond(&bank, sinf((float)step)) / STEPS;
    }
    printf("epoch %d response %.4f\n", epoch + 1, total);
    fflush(stdout);
  }
  return 0;
}
