// A bigram language model as one softmax layer, trained by stochastic gradient descent.
const SYMBOLS: usize = 64;
const WIDTH: usize = 32;
const TOKENS: usize = 4000;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    fn normal(&mut self) -> f32 {
        (0..4).map(|_| (self.next() % 1000) as f32 / 1000.0 - 0.5).sum()
    }
}

struct Model {
    embedding: Vec<f32>,
    output: Vec<f32>,
}

impl Model {
    fn logits(&self, symbol: usize, logits: &mut [f32]) {
        let x = &self.embedding[symbol * WIDTH..(symbol + 1) * WIDTH];
        for (s, logit) in logits.iter_mut().enumerate() {
            *logit = 0.0;
            for i in 0..WIDTH {
                *logit += self.output[s * WIDTH + i] * x[i];
            }
        }
    }

    fn step(&mut self, symbol: usize, next: usize, p: &mut [f32], rate: f32) -> f32 {
        self.logits(symbol, p);
        let most = p.iter().cloned().fold(f32::MIN, f32::max);
        p.iter_mut().for_each(|v| *v = (*v - most).exp());
        let sum: f32 = p.iter().sum();
        p.iter_mut().for_each(|v| *v /= sum);
        let loss = -p[next].ln();
        p[next] -= 1.0;
        for s in 0..SYMBOLS {
            for i in 0..WIDTH {
                let w = self.output[s * WIDTH + i];
                self.output[s * WIDTH + i] -= rate * p[s] * self.embedding[symbol * WIDTH + i];
                self.embedding[symbol * WIDTH + i] -= rate * p[s] * w;
            }
        }
        loss
    }
}

fn main() {
    let mut random = Random(34);
    let mut text = vec![0usize; TOKENS];
    for t in 1..TOKENS {
        text[t] = (text[t - 1] * 5 + random.next() as usize % 3) % SYMBOLS;
    }
    let mut model = Model {
        embedding: (0..SYMBOLS * WIDTH).map(|_| random.normal()).collect(),
        output: (0..SYMBOLS * WIDTH).map(|_| 0.1 * random.normal()).collect(),
    };
    let mut p = vec![0f32; SYMBOLS];
    for epoch in 1..=6 {
        let mut total = 0.0;
        for _ in 0..3 {
            total = 0.0;
            for t in 1..TOKENS {
                total += model.step(text[t - 1], text[t], &mut p, 0.02);
            }
        }
        println!("epoch {} loss {:.4}", epoch, total / TOKENS as f32);
    }
}
