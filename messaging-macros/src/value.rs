//! Readers for the values of keys: each checks a literal and lets any other const expression through.

mod choice;
mod duration;
mod name;
mod number;
mod publishing;

pub(crate) use choice::{auto_offset_reset, on_exhausted, order, retry_backoff};
pub(crate) use duration::{duration, positive_duration};
pub(crate) use name::{group_id, topic_name, topic_ref, topic_refs, worker_name};
pub(crate) use number::{count, positive, share};
pub(crate) use publishing::{event_name, field_of_value, field_or_its_name, on_publish_error};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

/// What a value becomes in the expansion.
pub(crate) enum Value {
    /// These tokens.
    Plain(TokenStream),
    /// These tokens, below the path to `__private`.
    Runtime(TokenStream),
    /// Each of these.
    List(Vec<TokenStream>),
}

impl Value {
    /// The value in the expansion.
    pub(crate) fn tokens(&self, private: &TokenStream) -> TokenStream {
        match self {
            Value::Plain(tokens) => tokens.clone(),
            Value::Runtime(tokens) => quote_spanned!(Span::mixed_site()=> #private::#tokens),
            Value::List(all) => quote_spanned!(Span::mixed_site()=> [#(#all),*]),
        }
    }

    /// What stands for a value with a mistake.
    pub(crate) fn nothing() -> Value {
        Value::Plain(TokenStream::new())
    }

    fn plain(tokens: impl ToTokens) -> syn::Result<Value> {
        Ok(Value::Plain(tokens.to_token_stream()))
    }
}

/// An expression, or a literal to be checked here.
enum Written {
    Literal(Lit),
    Negative(ExprUnary),
    Expression(Expr),
}

impl Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Written> {
        Ok(match input.parse::<Expr>()? {
            Expr::Lit(ExprLit { lit, .. }) => Written::Literal(lit),
            Expr::Unary(minus) if matches!((&minus.op, &*minus.expr), (UnOp::Neg(_), Expr::Lit(_))) => {
                Written::Negative(minus)
            }
            other => Written::Expression(other),
        })
    }
}

impl ToTokens for Written {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Written::Literal(literal) => literal.to_tokens(tokens),
            Written::Negative(minus) => minus.to_tokens(tokens),
            Written::Expression(expression) => expression.to_tokens(tokens),
        }
    }
}

/// The function that reads errors.
pub(crate) fn function(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    match Written::parse(input)? {
        Written::Expression(path) => Value::plain(path),
        other => Err(syn::Error::new_spanned(
            other,
            format!("`{key}` names a function: write `{key} = path::to::function`, a `fn(&E) -> Verdict`"),
        )),
    }
}

/// A JSON Schema: its text, or what gives it.
pub(crate) fn schema(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    match Written::parse(input)? {
        Written::Literal(Lit::Str(text)) => Value::plain(text),
        Written::Expression(source) => Value::plain(source),
        other => Err(syn::Error::new_spanned(
            other,
            format!(
                "`{key}` is a JSON Schema: write its text, `include_str!(\"order.json\")`, or the name of a `fn() -> Value`"
            ),
        )),
    }
}

/// A constant that says all about retries.
pub(crate) fn retry_policy(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    match Written::parse(input)? {
        Written::Expression(path) => Value::plain(path),
        other => Err(syn::Error::new_spanned(
            other,
            format!("`{key}` names a policy: write `{key} = PAYMENTS`, a const `RetryPolicy`"),
        )),
    }
}

/// A type.
pub(crate) fn type_(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    if input.peek(Lit) {
        let literal: Lit = input.parse()?;
        let message = format!("`{key}` is a type: write `{key} = OrderCreated`, without quotes");
        return Err(syn::Error::new_spanned(literal, message));
    }
    Value::plain(input.parse::<syn::Type>()?)
}

/// A field, or a field of a field.
pub(crate) fn field(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let field = Written::parse(input)?;
    match &field {
        Written::Expression(chain) if is_field(chain) => Value::plain(chain),
        _ => Err(syn::Error::new_spanned(
            field,
            format!("`{key}` is a field of the schema: write `{key} = order_id`, without quotes"),
        )),
    }
}

fn is_field(chain: &Expr) -> bool {
    match chain {
        Expr::Path(path) => path.path.get_ident().is_some(),
        Expr::Field(field) => is_field(&field.base),
        _ => false,
    }
}

/// The path of a renamed `messaging`.
pub(crate) fn crate_path(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    if input.peek(Lit) {
        let literal: Lit = input.parse()?;
        let message = format!("`{key}` is a path: write `{key} = my::messaging`, without quotes");
        return Err(syn::Error::new_spanned(literal, message));
    }
    Value::plain(input.call(syn::Path::parse_mod_style)?)
}
